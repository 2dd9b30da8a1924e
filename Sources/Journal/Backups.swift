import Lifecycle
import Model
import SQLite

/// The directory of backups. Each is a whole database in one file that was checked before it got its name.
struct Backups: Sendable {
    struct Backup: Sendable {
        let name: String
        let path: String
        let taken: Timestamp
    }

    let directory: String
    let keep: Int
    let schema: Schema

    private static let prefix = "grapnel-"
    private static let suffix = ".db"
    private static let unfinished = ".unfinished"

    var newestFirst: [Backup] {
        FileSystem.names(in: directory).compactMap { name in
            guard name.hasPrefix(Backups.prefix), name.hasSuffix(Backups.suffix) else { return nil }
            let stamp = name.dropFirst(Backups.prefix.count).dropLast(Backups.suffix.count)
            guard let taken = Timestamp(fileStamp: stamp) else { return nil }
            return Backup(name: name, path: directory + "/" + name, taken: taken)
        }.sorted { $0.taken > $1.taken }
    }

    /// Returns the findings of the check when the copy is damaged; then no backup was made and none removed.
    func take(of database: Database, at moment: Timestamp) throws(Problem) -> [String] {
        guard keep > 0 else { return [] }
        try FileSystem.makeDirectory(directory)
        for name in FileSystem.names(in: directory) where name.hasSuffix(Backups.unfinished) {
            FileSystem.removeDatabase(directory + "/" + name)
        }
        let path = directory + "/" + Backups.prefix + moment.fileStamp + Backups.suffix
        let copy = path + Backups.unfinished
        try database.backup(to: copy)
        do throws(Problem) {
            let findings = try Backups.findings(in: copy)
            if findings.isEmpty {
                try FileSystem.rename(copy, to: path)
                try FileSystem.synchronizeDirectory(of: path)
                removeOldest()
            } else {
                FileSystem.removeDatabase(copy)
            }
            return findings
        } catch {
            FileSystem.removeDatabase(copy)
            throw error
        }
    }

    private static func findings(in path: String) throws(Problem) -> [String] {
        let database = try Database(path: path, mode: .readOnly)
        defer { database.close() }
        return try database.quickCheck()
    }

    private func removeOldest() {
        for backup in newestFirst.dropFirst(keep) { FileSystem.removeDatabase(backup.path) }
    }

    /// Copies the newest one that is whole to a new file; nil when there is none.
    func copyNewestGood(to path: String) throws(Problem) -> Backup? {
        for backup in newestFirst {
            guard let database = good(backup) else { continue }
            defer { database.close() }
            try database.backup(to: path)
            return backup
        }
        return nil
    }

    private func good(_ backup: Backup) -> Database? {
        guard let database = try? Database(path: backup.path, mode: .readOnly),
            let version = try? schema.version(of: database), version > 0,
            let findings = try? database.quickCheck(), findings.isEmpty
        else { return nil }
        return database
    }
}

extension Timestamp {
    /// `20261120T161546.123Z`: sorts by age, and no character in it needs quoting.
    var fileStamp: String { description.filter { $0 != "-" && $0 != ":" } }

    init?(fileStamp stamp: Substring) {
        let digits = Array(stamp)
        guard digits.count >= 16 else { return nil }
        let date = String(digits[0..<4]) + "-" + String(digits[4..<6]) + "-" + String(digits[6..<8])
        let time = String(digits[8..<11]) + ":" + String(digits[11..<13]) + ":" + String(digits[13...])
        self.init(date + time)
    }
}
