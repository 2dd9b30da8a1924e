import Model
import SQLite

extension Database {
    func storedValue(_ scope: String, _ key: String) throws(Problem) -> JSON? {
        try queryFirst(
            "SELECT value FROM store WHERE scope = ? AND key = ?", [.text(scope), .text(key)]
        ) { row throws(Problem) in try row.json("value") }
    }

    func storedKeys(_ scope: String) throws(Problem) -> [String] {
        try query("SELECT key FROM store WHERE scope = ? ORDER BY key", [.text(scope)]) { row throws(Problem) in
            try row.text("key")
        }
    }

    func removeStoredValue(_ scope: String, _ key: String) throws(Problem) {
        try execute("DELETE FROM store WHERE scope = ? AND key = ?", [.text(scope), .text(key)])
    }

    func storeValue(_ value: JSON, _ scope: String, _ key: String, limits: StoreLimits) throws(Problem) {
        let text = value.text
        let place = "store of \"\(scope)\""
        guard key.utf8.count <= limits.keyBytes else {
            throw Problem(
                .limit, "\(place): a key has \(key.utf8.count) bytes, expected at most \(limits.keyBytes)")
        }
        guard text.utf8.count <= limits.valueBytes else {
            throw Problem(
                .limit,
                "\(place): the value of \"\(key)\" has \(text.utf8.count) bytes as JSON, "
                    + "expected at most \(limits.valueBytes)")
        }
        let others = try queryFirst(
            """
            SELECT count(*) AS keys, coalesce(sum(octet_count), 0) AS bytes FROM (
                SELECT length(CAST(key AS BLOB)) + length(CAST(value AS BLOB)) AS octet_count
                FROM store WHERE scope = ? AND key <> ?)
            """, [.text(scope), .text(key)]
        ) { row throws(Problem) in (keys: Int(try row.integer("keys")), bytes: Int(try row.integer("bytes"))) }
        let (keys, bytes) = others ?? (0, 0)
        guard keys < limits.keys else {
            throw Problem(.limit, "\(place): \"\(key)\" would be one key too many, expected at most \(limits.keys)")
        }
        guard bytes + key.utf8.count + text.utf8.count <= limits.totalBytes else {
            throw Problem(
                .limit,
                "\(place): with \"\(key)\" it would have \(bytes + key.utf8.count + text.utf8.count) bytes, "
                    + "expected at most \(limits.totalBytes)")
        }
        try execute(
            "INSERT OR REPLACE INTO store (scope, key, value) VALUES (?, ?, ?)",
            [
                .text(scope), .text(key), .text(text),
            ])
    }
}
