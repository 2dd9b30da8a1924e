import Hooks
import Model
import Synchronization

/// For trying hooks: what they store is there for as long as the trial lasts, and the journal is not touched.
final class ForgetfulStore: HookStore {
    private let values = Mutex<[String: [String: JSON]]>([:])

    func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON? {
        values.withLock { $0[scope]?[key] }
    }

    func storedKeys(_ scope: String) async throws(Problem) -> [String] {
        values.withLock { $0[scope]?.keys.sorted() ?? [] }
    }

    func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem) {
        values.withLock { $0[scope, default: [:]][key] = value }
    }
}
