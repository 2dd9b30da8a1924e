import Synchronization

/// Hands on what a program writes line by line, while it runs: `take` is what `Process.run` calls with its output.
///
/// Bounded in total, since what a program writes is kept in a log.
package final class OutputLog: Sendable {
    private struct State {
        var room: Int
        var output = OutputLines()
        var errors = OutputLines()
        var lastError = LastLine()
    }

    private let state: Mutex<State>
    private let limit: Int
    private let write: @Sendable (String) -> Void

    /// `limit` is in bytes. `write` is called on the thread that serves all programs, and must not block.
    package init(limit: Int, write: @escaping @Sendable (String) -> Void) {
        state = Mutex(State(room: limit))
        self.limit = limit
        self.write = write
    }

    package func take(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
        let lines = state.withLock { state in
            if stream == .errors { state.lastError.take(bytes) }
            // Below zero the limit was passed before, and everybody knows.
            guard state.room >= 0 else { return [String]() }
            let kept = bytes.prefix(state.room)
            state.room -= bytes.count
            var lines = stream == .output ? state.output.take(kept) : state.errors.take(kept)
            if state.room < 0 { lines += OutputLog.rest(of: &state) + ["… output beyond \(sizeText) is not kept"] }
            return lines
        }
        for line in lines { write(line) }
    }

    /// The program has ended: what it wrote without a line's end is a line too.
    package func end() {
        for line in state.withLock({ OutputLog.rest(of: &$0) }) { write(line) }
    }

    /// The last line of the error stream, beyond the limit too.
    package var lastError: String? { state.withLock { $0.lastError.text } }

    private static func rest(of state: inout State) -> [String] {
        [state.output.flush(), state.errors.flush()].compactMap { $0 }
    }

    private var sizeText: String {
        for (name, shift) in [("MiB", 20), ("KiB", 10)] where limit >= 1 << shift && limit % (1 << shift) == 0 {
            return "\(limit >> shift) \(name)"
        }
        return "\(limit) bytes"
    }
}
