import Glibc
import Model

/// A run on its way from the caller to the thread that starts the program.
struct Order: Sendable {
    let spec: ProcessSpec
    let ticket: Ticket
    let live: (@Sendable (OutputStream, ArraySlice<UInt8>) -> Void)?
    let started: (@Sendable (pid_t) -> Void)?
    let continuation: CheckedContinuation<Result<ProcessResult, Problem>, Never>

    init(
        _ spec: ProcessSpec,
        ticket: Ticket,
        live: (@Sendable (OutputStream, ArraySlice<UInt8>) -> Void)?,
        started: (@Sendable (pid_t) -> Void)?,
        continuation: CheckedContinuation<Result<ProcessResult, Problem>, Never>
    ) {
        self.spec = spec
        self.ticket = ticket
        self.live = live
        self.started = started
        self.continuation = continuation
    }
}
