import Lifecycle
import Model
import Synchronization
import TestKit

/// Keeps what a deploy writes ahead and logs.
final class RecordedSteps: Sendable {
    private struct State {
        var entries: [JournalEntry] = []
        var lines: [String] = []
        var onWrite: (@Sendable (JournalEntry) throws(Problem) -> Void)?
    }
    private let state = Mutex(State())

    /// With everything that was recorded until now, as after a restart.
    var steps: DeploySteps {
        DeploySteps(
            phase: .up, recorded: state.withLock { $0.entries }, clock: ManualClock(),
            progress: { progress in
                if case .line(let line) = progress { self.state.withLock { $0.lines.append(line) } }
            },
            write: { (entries) throws(Problem) in
                for entry in entries {
                    try self.state.withLock { $0.onWrite }?(entry)
                    self.state.withLock { $0.entries.append(entry) }
                }
            })
    }

    var lines: [String] { state.withLock { $0.lines } }
    /// `run intent`, `run result` ...
    var names: [String] { state.withLock { $0.entries.map { "\($0.step) \($0.kind.rawValue)" } } }

    func onWrite(_ body: @escaping @Sendable (JournalEntry) throws(Problem) -> Void) {
        state.withLock { $0.onWrite = body }
    }

    /// As if the agent had been killed after so many entries.
    func forget(after count: Int) { state.withLock { $0.entries.removeLast($0.entries.count - count) } }
}
