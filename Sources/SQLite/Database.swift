import CSQLite
import Glibc
package import Model

/// One connection to a database file. It belongs to one thread at a time, which is why it is not
/// `Sendable`: hand it to a `DatabaseWriter` or a `DatabaseReader` to use it from tasks.
///
/// SQLite's locks are POSIX locks, and those are dropped when the process closes *any* descriptor of the
/// file. So nothing in this process may open the file by other means while a connection is open.
package final class Database {
    package enum Mode: Sendable {
        /// The file is created, readable by its owner only, when it is missing.
        case create
        /// The file has to exist.
        case write
        case readOnly
    }

    package let path: String
    var handle: OpaquePointer?
    private var statements: [String: Statement] = [:]

    /// The SQL texts of this program are constants, so the cache only has to survive a mistake.
    private static let largestCache = 256

    package convenience init(path: String, mode: Mode, busyTimeout: Duration = .seconds(5)) throws(Problem) {
        try Database.prepareFile(path, mode: mode)
        let flags =
            switch mode {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        try self.init(path: path, flags: flags)
        let (seconds, attoseconds) = busyTimeout.components
        sqlite3_busy_timeout(handle, Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000))
        // A damaged or foreign file must not run anything, and damage shall show early. Neither reads the file.
        try execute("PRAGMA trusted_schema = OFF")
        try execute("PRAGMA cell_size_check = ON")
    }

    /// An empty database that is nowhere on the disk.
    package static func inMemory() throws(Problem) -> Database {
        try Database(path: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY)
    }

    private init(path: String, flags: Int32) throws(Problem) {
        self.path = path
        let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK else {
            let problem = Problem(sqlite: code, on: handle, path: path, attempt: "opening")
            close()
            throw problem
        }
    }

    deinit { close() }

    /// Ends the connection; the last one to a file also moves the write-ahead log into it.
    package func close() {
        statements = [:]
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// SQLite would create the file as the umask says. Its -wal and -shm files take the mode from it.
    private static func prepareFile(_ path: String, mode: Mode) throws(Problem) {
        if case .create = mode {
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            let failure = errno
            if descriptor >= 0 {
                Glibc.close(descriptor)
            } else if failure != EEXIST {
                throw Problem(errno: failure, "\(path): the database could not be created")
            }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw Problem(errno: errno, "\(path): the database could not be opened") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Problem(.invalid, "\(path): not a file, expected a database")
        }
        // By name, not by descriptor: see above about closing one.
        guard access(path, mode == .readOnly ? R_OK : R_OK | W_OK) == 0 else {
            throw Problem(errno: errno, "\(path): the database could not be opened")
        }
    }
}

// MARK: - Running statements

extension Database {
    /// Runs one statement to its end; rows are thrown away. Returns how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ bindings: [SQLValue] = []) throws(Problem) -> Int {
        let statement = try start(sql, bindings)
        defer { statement.finish() }
        while try statement.step() {}
        return sqlite3_stmt_readonly(statement.pointer) == 0 ? Int(sqlite3_changes64(handle)) : 0
    }

    /// Runs several statements without values, as a schema needs them.
    package func execute(script: String) throws(Problem) {
        let handle = try opened()
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw Problem(sqlite: code, on: handle, path: path, attempt: "a script") }
    }

    package func query<Element>(
        _ sql: String, _ bindings: [SQLValue] = [],
        _ element: (borrowing Row) throws(Problem) -> Element
    ) throws(Problem) -> [Element] {
        let statement = try start(sql, bindings)
        defer { statement.finish() }
        var elements: [Element] = []
        while try statement.step() { elements.append(try element(Row(statement: statement))) }
        return elements
    }

    /// The first row only, nil when there is none.
    package func queryFirst<Element>(
        _ sql: String, _ bindings: [SQLValue] = [],
        _ element: (borrowing Row) throws(Problem) -> Element
    ) throws(Problem) -> Element? {
        let statement = try start(sql, bindings)
        defer { statement.finish() }
        guard try statement.step() else { return nil }
        return try element(Row(statement: statement))
    }

    /// The first value of the first row: counts, existence, PRAGMAs.
    package func queryValue(_ sql: String, _ bindings: [SQLValue] = []) throws(Problem) -> SQLValue? {
        try queryFirst(sql, bindings) { row throws(Problem) in try row.value(at: 0) }
    }

    /// The row id that the last insert of this connection got.
    package var lastInsertedID: Int64 { handle.map { sqlite3_last_insert_rowid($0) } ?? 0 }

    private func start(_ sql: String, _ bindings: [SQLValue]) throws(Problem) -> Statement {
        let statement = try statement(for: sql)
        do {
            try statement.start(bindings)
            return statement
        } catch {
            statement.finish()
            throw error
        }
    }

    private func statement(for sql: String) throws(Problem) -> Statement {
        let handle = try opened()
        if let cached = statements[sql], !cached.isRunning { return cached }
        let statement = try Statement(sql, on: handle, path: path)
        if statements.count >= Database.largestCache { statements = statements.filter(\.value.isRunning) }
        if statements[sql] == nil { statements[sql] = statement }
        return statement
    }

    func opened() throws(Problem) -> OpaquePointer {
        guard let handle else { throw Problem(.interrupted, "\(path): the database is closed") }
        return handle
    }
}
