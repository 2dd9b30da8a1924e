package import Model

/// `agent.store`: what hooks keep beyond one deploy. The scope is the file that it belongs to.
package protocol HookStore: Sendable {
    func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON?
    func storedKeys(_ scope: String) async throws(Problem) -> [String]
    /// Nil removes the key.
    func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem)
}
