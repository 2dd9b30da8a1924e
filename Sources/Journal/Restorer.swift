import Lifecycle
import Model
import SQLite

/// Puts a sound journal in the place of a damaged one. It may be killed at any moment: the new file is
/// complete before the damaged one is moved, and the next start finishes the exchange.
///
///     grapnel.db.restoring   being written; thrown away at the next start
///     grapnel.db.restored    complete; takes the place of grapnel.db
///     grapnel.db.corrupt-…   the damaged one, kept
struct Restorer: Sendable {
    let path: String
    let schema: Schema
    let backups: Backups

    private var restoring: String { path + ".restoring" }
    private var restored: String { path + ".restored" }

    func restore(_ damage: String, at moment: Timestamp) throws(Problem) -> JournalRestoration {
        var restoration = JournalRestoration(path: path, damage: damage)
        if FileSystem.exists(path) { restoration.keptAs = FileSystem.name(of: keptPath(moment)) }
        FileSystem.removeDatabase(restoring)
        if let backup = try backups.copyNewestGood(to: restoring) {
            restoration.backup = backup.name
            restoration.backupTaken = backup.taken
        }
        try fill(&restoration, at: moment)
        try Database.synchronize(restoring)
        try FileSystem.rename(restoring, to: restored)
        try exchange(at: moment)
        return restoration
    }

    /// An exchange that was cut off is finished.
    func finishInterrupted(at moment: Timestamp) throws(Problem) {
        FileSystem.removeDatabase(restoring)
        if FileSystem.exists(restored) { try exchange(at: moment) }
    }

    private func fill(_ restoration: inout JournalRestoration, at moment: Timestamp) throws(Problem) {
        let target = try Database(path: restoring, mode: .create)
        defer { target.close() }
        try schema.migrate(target, from: try schema.version(of: target))
        if let taken = restoration.backupTaken { try target.doubtEverything(since: taken, at: moment) }
        if FileSystem.size(path) ?? 0 > 0, let source = try? Database(path: path, mode: .readOnly) {
            restoration.saved = try Salvage(source: source, target: target).run()
            source.close()
            // Of a deploy whose entries are not all there, nobody knows how far it had got.
            if !restoration.saved.contains(where: { $0.table == "entries" && $0.isComplete }) {
                try target.endStarted("the journal was damaged: what became of this deploy is not known", at: moment)
            }
        }
        let event = Event(at: moment, kind: .journalRestored, message: restoration.message)
        try target.transaction { () throws(Problem) in
            try target.add([event], keeping: 1000)
            // Whatever the backup was taken from ran at that time; this file is new and checked.
            try target.markRunning(false)
        }
    }

    private func exchange(at moment: Timestamp) throws(Problem) {
        let kept = keptPath(moment)
        // The log goes with its file: SQLite would replay it onto the wrong one.
        for suffix in [""] + FileSystem.companions where FileSystem.exists(path + suffix) {
            try FileSystem.rename(path + suffix, to: kept + suffix)
        }
        try FileSystem.synchronizeDirectory(of: path)
        try FileSystem.rename(restored, to: path)
        try FileSystem.synchronizeDirectory(of: path)
        removeOldestKept()
    }

    /// A disk that damages the file at every start must not be filled as well.
    private func removeOldestKept() {
        let prefix = FileSystem.name(of: path) + ".corrupt-"
        let directory = path.dropLast(FileSystem.name(of: path).count)
        let kept = FileSystem.names(in: String(directory)).filter { name in
            name.hasPrefix(prefix) && !FileSystem.companions.contains { name.hasSuffix($0) }
        }
        for name in kept.sorted().dropLast(Restorer.keptCount) { FileSystem.removeDatabase(directory + name) }
    }

    private static let keptCount = 5

    private func keptPath(_ moment: Timestamp) -> String { path + ".corrupt-" + moment.fileStamp }
}
