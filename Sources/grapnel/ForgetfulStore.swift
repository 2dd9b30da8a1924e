import Hooks
import Journal
import Model
import Synchronization

/// For trying hooks: what they store is there for as long as the trial lasts, and the journal is not touched. It holds
/// as much as the real one does.
final class ForgetfulStore: HookStore {
    private let values = Mutex<[String: [String: JSON]]>([:])

    func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON? {
        values.withLock { $0[scope]?[key] }
    }

    func storedKeys(_ scope: String) async throws(Problem) -> [String] {
        values.withLock { $0[scope]?.keys.sorted() ?? [] }
    }

    func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem) {
        try values.withLock { (values) throws(Problem) in
            var kept = values[scope] ?? [:]
            kept[key] = nil
            if let value {
                let bytes = kept.reduce(0) { $0 + $1.key.utf8.count + $1.value.text.utf8.count }
                try StoreLimits().check(key, value.text, scope, otherKeys: kept.count, otherBytes: bytes)
                kept[key] = value
            }
            values[scope] = kept
        }
    }
}
