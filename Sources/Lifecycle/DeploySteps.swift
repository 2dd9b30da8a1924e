package import Model
import Synchronization

/// The write-ahead record of one deploy, as its driver sees it: what was begun, what came of it, and the
/// way to write more. Nothing is done before `begin` has returned.
package final class DeploySteps: Sendable {
    private let phase: Mutex<Phase>
    private let entries: Mutex<[JournalEntry]>
    private let write: @Sendable ([JournalEntry]) async throws(Problem) -> Void
    private let clock: any WallClock
    private let progress: @Sendable (DeployProgress) -> Void

    package init(
        phase: Phase, recorded: [JournalEntry], clock: any WallClock,
        progress: @escaping @Sendable (DeployProgress) -> Void,
        write: @escaping @Sendable ([JournalEntry]) async throws(Problem) -> Void
    ) {
        self.phase = Mutex(phase)
        self.entries = Mutex(recorded)
        self.clock = clock
        self.progress = progress
        self.write = write
    }

    func enter(_ phase: Phase) { self.phase.withLock { $0 = phase } }

    func note(_ new: [JournalEntry]) { entries.withLock { $0 += new } }

    package func begin(_ step: String, _ data: JSON = .null) async throws(Problem) {
        try await record(step, .intent, data)
    }

    package func end(_ step: String, _ data: JSON = .null) async throws(Problem) {
        try await record(step, .result, data)
    }

    private func record(_ step: String, _ kind: JournalEntry.Kind, _ data: JSON) async throws(Problem) {
        let entry = JournalEntry(
            phase: phase.withLock { $0 }, step: step, kind: kind, data: data, at: clock.now())
        try await write([entry])
        note([entry])
    }

    /// What `begin` recorded for the step, in whatever phase; nil if it was never begun.
    package func intent(_ step: String) -> JSON? { last(step, .intent)?.data }

    /// What `end` recorded; nil if it never ended.
    package func result(_ step: String) -> JSON? { last(step, .result)?.data }

    /// The same for one hook point: a hook may have the same name at several.
    func result(_ step: String, in point: HookPoint) -> JSON? {
        entries.withLock { entries in
            entries.last { $0.step == step && $0.kind == .result && $0.data["point"]?.string == point.rawValue }?.data
        }
    }

    /// How often it was begun.
    package func count(_ step: String) -> Int {
        entries.withLock { entries in entries.count { $0.step == step && $0.kind == .intent } }
    }

    /// It was begun, and nobody knows what came of it.
    package func isInFlight(_ step: String) -> Bool {
        entries.withLock { entries in
            entries.last { $0.step == step }?.kind == .intent
        }
    }

    private func last(_ step: String, _ kind: JournalEntry.Kind) -> JournalEntry? {
        entries.withLock { entries in entries.last { $0.step == step && $0.kind == kind } }
    }

    var recorded: [JournalEntry] { entries.withLock { $0 } }

    /// A line for the deploy's log and for whoever watches.
    package func log(_ line: String) { progress(.line(line)) }

    package func report(_ update: DeployProgress) { progress(update) }
}
