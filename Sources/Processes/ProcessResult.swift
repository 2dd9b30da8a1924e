/// What came of a program that could be started.
package struct ProcessResult: Sendable {
    package let ending: Ending
    package let output: [UInt8]
    package let errors: [UInt8]
    /// How many bytes were written after `outputLimit` was reached, and were not kept.
    package let outputDropped: Int
    package let errorsDropped: Int
    package let duration: Duration

    package init(
        ending: Ending, output: [UInt8] = [], errors: [UInt8] = [], outputDropped: Int = 0, errorsDropped: Int = 0,
        duration: Duration = .zero
    ) {
        self.ending = ending
        self.output = output
        self.errors = errors
        self.outputDropped = outputDropped
        self.errorsDropped = errorsDropped
        self.duration = duration
    }

    package var succeeded: Bool { ending == .exited(0) }

    /// Bytes that are not UTF-8 become replacement characters.
    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorsText: String { String(decoding: errors, as: UTF8.self) }
}
