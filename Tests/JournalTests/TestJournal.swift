import Glibc
import Journal
import Lifecycle
import Model
import SQLite
import Synchronization
import TestKit

/// A state directory, a clock that stands still, and what the journal reported.
final class TestJournal: Sendable {
    let directory = TemporaryDirectory()
    let clock = StandingClock()
    let notices = Mutex<[JournalNotice]>([])

    var state: String { directory.file("state") }
    var path: String { state + "/grapnel.db" }

    func open(_ change: (inout JournalOptions) -> Void = { _ in }) throws(Problem) -> DatabaseJournal {
        var options = JournalOptions(state: state)
        change(&options)
        return try DatabaseJournal(options, clock: clock) { notice in
            self.notices.withLock { $0.append(notice) }
        }
    }

    var messages: [String] { notices.withLock { $0.map(\.message) } }

    var restorations: [JournalRestoration] {
        notices.withLock { $0.compactMap { if case .restored(let restoration) = $0 { restoration } else { nil } } }
    }

    func names(in folder: String = "state") -> [String] { directory.names(in: folder) }

    var backups: [String] { names(in: "state/backups").filter { $0.hasSuffix(".db") } }

    /// Changes bytes of the closed file.
    func damage(_ name: String = "grapnel.db", _ change: (inout [UInt8]) -> Void) {
        var bytes = directory.read("state/" + name)
        change(&bytes)
        directory.write(bytes, to: "state/" + name)
    }

    func removeFile(_ name: String) { unlink(state + "/" + name) }

    /// The database itself, with the journal closed.
    func database() throws -> Database { try Database(path: path, mode: .write) }
}

/// Moves only when told to; whoever sleeps waits for that.
final class StandingClock: WallClock {
    private struct State {
        var now = Timestamp(microseconds: 1_800_000_000_000_000)
        var sleepers: [(until: Timestamp, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> Timestamp { state.withLock { $0.now } }

    var isSleptOn: Bool { state.withLock { !$0.sleepers.isEmpty } }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        for sleeper in due { sleeper.wake.resume() }
    }

    func sleep(for duration: Duration) async throws(Problem) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !Task.isCancelled, duration > .zero else { return true }
                    state.sleepers.append((state.now + duration, continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let all = state.withLock { state in
                defer { state.sleepers = [] }
                return state.sleepers
            }
            for sleeper in all { sleeper.wake.resume() }
        }
        if Task.isCancelled { throw Problem(.interrupted, "cancelled") }
    }
}
