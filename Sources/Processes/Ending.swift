/// How a program ended.
package enum Ending: Hashable, Sendable {
    case exited(Int32)
    /// By a signal that we did not send.
    case signalled(Int32)
    /// By us, because its time was up.
    case timedOut
    /// By us, because the Swift task that ran it was cancelled.
    case cancelled
}

extension Ending {
    /// From what `waitpid` stores; the macros that take it apart do not exist in Swift.
    init(waitStatus status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}

extension Ending: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "signal \(signal)"
        case .timedOut: "timeout"
        case .cancelled: "cancelled"
        }
    }
}
