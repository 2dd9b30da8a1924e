import Lifecycle
import Model
import SQLite

/// Opens the journal's file in whatever state it is found.
struct JournalFile: Sendable {
    let path: String
    let schema: Schema
    let backups: Backups
    private let options: JournalOptions
    let clock: any WallClock
    let report: @Sendable (JournalNotice) -> Void

    struct Opened {
        let database: Database
        let wasUnclean: Bool
    }

    init(_ options: JournalOptions, clock: any WallClock, report: @escaping @Sendable (JournalNotice) -> Void) {
        self.options = options
        path = options.path
        schema = options.schema
        backups = Backups(directory: options.backupDirectory, keep: options.backups, schema: options.schema)
        self.clock = clock
        self.report = report
    }

    private var restorer: Restorer { Restorer(path: path, schema: schema, backups: backups) }

    func open() throws(Problem) -> Opened {
        try FileSystem.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try restorer.finishInterrupted(at: clock.now())
        if let damage = JournalFile.damage(options) { try restore(damage) }
        do throws(Problem) {
            return try prepared()
        } catch {
            guard error.code == .corrupt else { throw error }
            try restore(error.message)
            return try prepared()
        }
    }

    func restore(_ damage: String) throws(Problem) {
        // The path is in the message already.
        let prefix = path + ": "
        let damage = damage.hasPrefix(prefix) ? String(damage.dropFirst(prefix.count)) : damage
        report(.restored(try restorer.restore(damage, at: clock.now())))
    }

    /// What SQLite would take for a new database, and is not.
    static func damage(_ options: JournalOptions) -> String? {
        let path = options.path
        let backups = Backups(directory: options.backupDirectory, keep: options.backups, schema: options.schema)
        let hadContent = FileSystem.size(path + "-wal") ?? 0 > 0 || !backups.newestFirst.isEmpty
        return switch FileSystem.size(path) {
        case nil: hadContent ? "the file is missing" : nil
        case 0: hadContent ? "the file is empty" : nil
        case let size? where size < JournalFile.smallestPage: "the file is cut short to \(size) bytes"
        default: nil
        }
    }

    private static let smallestPage = 512

    private func prepared() throws(Problem) -> Opened {
        let database = try Database(path: path, mode: .create)
        do throws(Problem) {
            FileSystem.makePrivate(path)
            let version = try schema.version(of: database)
            try JournalFile.configure(database)
            if version < schema.version { try migrate(database, from: version) }
            let wasUnclean = try database.isMarkedRunning()
            try database.transaction { () throws(Problem) in try database.markRunning(true) }
            return Opened(database: database, wasUnclean: wasUnclean)
        } catch {
            database.close()
            throw error
        }
    }

    private func migrate(_ database: Database, from version: Int64) throws(Problem) {
        if version > 0 {
            let findings = try backups.take(of: database, at: clock.now())
            if let first = findings.first { throw Problem(.corrupt, "\(path): \(first)") }
        }
        try schema.migrate(database, from: version)
        if version > 0 { report(.migrated(path: path, from: version, to: schema.version)) }
    }

    private static func configure(_ database: Database) throws(Problem) {
        try database.execute("PRAGMA journal_mode = WAL")
        // A commit that was answered survives a power cut, not only a kill.
        try database.execute("PRAGMA synchronous = FULL")
        // Step data may hold secrets: what is deleted is overwritten where that costs no further write.
        try database.execute("PRAGMA secure_delete = FAST")
        try database.execute("PRAGMA journal_size_limit = 8388608")
        try database.execute("PRAGMA temp_store = MEMORY")
        try database.execute("PRAGMA cache_size = -1024")
    }
}
