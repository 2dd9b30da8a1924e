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
        let others = try queryFirst(
            """
            SELECT count(*) AS keys, coalesce(sum(octet_count), 0) AS bytes FROM (
                SELECT length(CAST(key AS BLOB)) + length(CAST(value AS BLOB)) AS octet_count
                FROM store WHERE scope = ? AND key <> ?)
            """, [.text(scope), .text(key)]
        ) { row throws(Problem) in (keys: Int(try row.integer("keys")), bytes: Int(try row.integer("bytes"))) }
        let (keys, bytes) = others ?? (0, 0)
        try limits.check(key, text, scope, otherKeys: keys, otherBytes: bytes)
        try execute(
            "INSERT OR REPLACE INTO store (scope, key, value) VALUES (?, ?, ?)",
            [
                .text(scope), .text(key), .text(text),
            ])
    }
}
