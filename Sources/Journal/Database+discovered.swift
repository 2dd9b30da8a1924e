import Model
import SQLite

// Containers that describe themselves, beside what hooks keep. There is no bound on how many an engine has.
extension Database {
    /// No file's name, which is what the scopes of hooks are.
    private static let scope = "//discovered"

    func discovered() throws(Problem) -> [String: JSON] {
        let rows = try query("SELECT key, value FROM store WHERE scope = ?", [.text(Database.scope)]) {
            row throws(Problem) in (try row.text("key"), try row.json("value"))
        }
        return Dictionary(rows, uniquingKeysWith: { $1 })
    }

    func remember(discovered name: String, _ value: JSON) throws(Problem) {
        try execute(
            "INSERT OR REPLACE INTO store (scope, key, value) VALUES (?, ?, ?)",
            [.text(Database.scope), .text(name), .text(value.text)])
    }

    func forget(discovered name: String) throws(Problem) { try removeStoredValue(Database.scope, name) }
}
