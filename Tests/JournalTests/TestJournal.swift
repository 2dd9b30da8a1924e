import Glibc
import Journal
import Model
import SQLite
import Synchronization
import TestKit

/// A state directory, a clock that stands still, and what the journal reported.
final class TestJournal: Sendable {
    let directory = FileTree()
    let clock = ManualClock(jumps: false)
    let notices = Mutex<[JournalNotice]>([])

    var state: String { directory.path("state") }
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
        var bytes = directory.bytes("state/" + name)
        change(&bytes)
        write(bytes, to: name)
    }

    func write(_ bytes: some Collection<UInt8>, to name: String) {
        directory.file("state/" + name, bytes, mode: 0o600)
    }

    func removeFile(_ name: String) { unlink(state + "/" + name) }

    /// The database itself, with the journal closed.
    func database() throws -> Database { try Database(path: path, mode: .write) }
}
