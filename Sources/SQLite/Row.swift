import CSQLite
package import Model

/// One row of a result, valid only inside the closure that gets it. A value of an unexpected kind is
/// `.corrupt`: the schema would not have let it in.
package struct Row: ~Copyable {
    let statement: Statement

    package var columnCount: Int { Int(sqlite3_column_count(statement.pointer)) }

    package func integer(_ column: String) throws(Problem) -> Int64 {
        guard let value = try optionalInteger(column) else { throw unexpected(column, .null, "an integer") }
        return value
    }

    package func optionalInteger(_ column: String) throws(Problem) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let value): return value
        case let other: throw unexpected(column, other, "an integer")
        }
    }

    package func bool(_ column: String) throws(Problem) -> Bool { try integer(column) != 0 }

    package func real(_ column: String) throws(Problem) -> Double {
        guard let value = try optionalReal(column) else { throw unexpected(column, .null, "a real number") }
        return value
    }

    package func optionalReal(_ column: String) throws(Problem) -> Double? {
        switch try value(column) {
        case .null: return nil
        case .real(let value): return value
        case .integer(let value): return Double(value)
        case let other: throw unexpected(column, other, "a real number")
        }
    }

    package func text(_ column: String) throws(Problem) -> String {
        guard let value = try optionalText(column) else { throw unexpected(column, .null, "text") }
        return value
    }

    package func optionalText(_ column: String) throws(Problem) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let value): return value
        case let other: throw unexpected(column, other, "text")
        }
    }

    package func blob(_ column: String) throws(Problem) -> [UInt8] {
        guard let value = try optionalBlob(column) else { throw unexpected(column, .null, "a blob") }
        return value
    }

    package func optionalBlob(_ column: String) throws(Problem) -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .blob(let value): return value
        case let other: throw unexpected(column, other, "a blob")
        }
    }

    package func value(_ column: String) throws(Problem) -> SQLValue {
        guard let index = statement.columns[column] else {
            throw Problem(.invalid, "\(statement.path): \(statement.summary) has no column \"\(column)\"")
        }
        return try value(at: Int(index))
    }

    package func value(at index: Int) throws(Problem) -> SQLValue {
        let pointer = statement.pointer
        let index = Int32(index)
        switch sqlite3_column_type(pointer, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, index))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(pointer, index) else { throw outOfMemory() }
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(.corrupt, "\(statement.path): \(statement.summary) found text that is not UTF-8")
            }
            return .text(text)
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(pointer, index))
            guard count > 0 else { return .blob([]) }
            guard let start = sqlite3_column_blob(pointer, index) else { throw outOfMemory() }
            return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    private func outOfMemory() -> Problem {
        Problem(.limit, "\(statement.path): \(statement.summary) found a value that is too large for the memory")
    }

    private func unexpected(_ column: String, _ value: SQLValue, _ expected: String) -> Problem {
        Problem(
            .corrupt,
            "\(statement.path): \(statement.summary) found \(value.kind) in \"\(column)\", expected \(expected)")
    }
}
