package import Model
import SQLite

// `agent.store`: what hooks keep. The scope is the file or the service that it belongs to.
extension DatabaseJournal {
    package func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON? {
        try await read { database throws(Problem) in try database.storedValue(scope, key) }
    }

    package func storedKeys(_ scope: String) async throws(Problem) -> [String] {
        try await read { database throws(Problem) in try database.storedKeys(scope) }
    }

    /// Nil removes the key.
    package func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            guard let value else { return try database.removeStoredValue(scope, key) }
            try database.storeValue(value, scope, key, limits: options.store)
        }
    }
}
