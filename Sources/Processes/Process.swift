package import Glibc
package import Model
import Synchronization

/// The one way in which Grapnel starts a program.
///
/// A program has a session and process group of its own. When it has exited, by itself or not, whatever is left of
/// its group is ended too: TERM, `grace`, KILL. What a background process still writes is waited for only briefly.
/// A process that moved to a session of its own (a daemon) is left alone.
package enum Process {
    /// Starts the program, waits until it and its group have ended, and tells what happened.
    ///
    /// Cancelling the task ends the group. A `Problem` means that the program was not started at all.
    ///
    /// `live` gets the output as it comes, also what is beyond `outputLimit`. It is called on the thread that serves
    /// all programs, and must not block. `started` is called before anything else happens.
    package static func run(
        _ spec: ProcessSpec,
        live: (@Sendable (OutputStream, ArraySlice<UInt8>) -> Void)? = nil,
        started: (@Sendable (pid_t) -> Void)? = nil
    ) async throws(Problem) -> ProcessResult {
        let loop = try ProcessLoop.shared()
        let starters = try Starters.shared(handingTo: loop)
        let ticket = Ticket()
        let result: Result<ProcessResult, Problem> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                starters.take(Order(spec, ticket: ticket, live: live, started: started, continuation: continuation))
            }
        } onCancel: {
            ticket.cancel()
            loop.cancelled(ticket.number)
        }
        return try result.get()
    }
}
