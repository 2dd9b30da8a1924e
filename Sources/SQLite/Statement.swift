import CSQLite
import Glibc
import Model

/// One prepared statement. Belongs to its `Database` and is confined to the same thread.
final class Statement {
    let pointer: OpaquePointer
    let path: String
    /// The beginning of the SQL text, for messages.
    let summary: String
    /// True between `start` and `finish`: the same SQL run inside its own rows needs another statement.
    private(set) var isRunning = false
    private(set) lazy var columns = columnNames()

    init(_ sql: String, on handle: OpaquePointer, path: String) throws(Problem) {
        self.path = path
        summary = "\"\(sql.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(48))\""
        var statement: OpaquePointer?
        var hasMore = false
        let code = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, &tail)
            if let tail { hasMore = String(cString: tail).contains { !$0.isWhitespace } }
            return code
        }
        guard code == SQLITE_OK, let statement else {
            throw Problem(sqlite: code, on: handle, path: path, attempt: summary)
        }
        pointer = statement
        if hasMore { throw Problem(.invalid, "\(path): \(summary) is more than one statement, expected one") }
    }

    deinit { sqlite3_finalize(pointer) }

    func start(_ bindings: [SQLValue]) throws(Problem) {
        isRunning = true
        let expected = sqlite3_bind_parameter_count(pointer)
        guard bindings.count == expected else {
            throw Problem(.invalid, "\(path): \(summary) got \(bindings.count) values, expected \(expected)")
        }
        for (index, value) in bindings.enumerated() {
            let code = bind(value, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw problem(code) }
        }
    }

    /// True when there is a row, false at the end.
    func step() throws(Problem) -> Bool {
        errno = 0
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw problem(code)
        }
    }

    func finish() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
        isRunning = false
    }

    private func problem(_ code: Int32) -> Problem {
        Problem(sqlite: code, on: sqlite3_db_handle(pointer), path: path, attempt: summary)
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        // SQLITE_TRANSIENT is a macro with a cast that Swift does not import: SQLite takes a copy.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(pointer, index)
        case .integer(let value): return sqlite3_bind_int64(pointer, index, value)
        case .real(let value): return sqlite3_bind_double(pointer, index, value)
        case .text(var value):
            return value.withUTF8 { bytes in
                // A null pointer would bind NULL instead of the empty text.
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text(pointer, index, characters.baseAddress ?? emptyText, Int32(bytes.count), copied)
                }
            }
        case .blob(let value):
            if value.isEmpty { return sqlite3_bind_zeroblob(pointer, index, 0) }
            return value.withUnsafeBytes { sqlite3_bind_blob(pointer, index, $0.baseAddress, Int32($0.count), copied) }
        }
    }

    private var emptyText: UnsafePointer<CChar> {
        UnsafeRawPointer(StaticString("").utf8Start).assumingMemoryBound(to: CChar.self)
    }

    private func columnNames() -> [String: Int32] {
        var names: [String: Int32] = [:]
        for index in 0..<sqlite3_column_count(pointer) {
            guard let name = sqlite3_column_name(pointer, index) else { continue }
            names[String(cString: name)] = index
        }
        return names
    }
}
