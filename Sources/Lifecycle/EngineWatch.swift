package import Model
import Synchronization

/// Whether the engine has been there all the time since a deploy began to look at its containers, as far as anybody
/// asked.
package final class EngineWatch: Sendable {
    private let silencesAtBegin = Mutex<[DeployID: Int]>([:])

    package init() {}

    /// `silences` is how often the engine had not answered by then.
    package func began(_ deploy: DeployID, silences: Int) { silencesAtBegin.withLock { $0[deploy] = silences } }

    package func ended(_ deploy: DeployID) { silencesAtBegin.withLock { $0[deploy] = nil } }

    package func isBroken(_ deploy: DeployID, silences: Int) -> Bool {
        silencesAtBegin.withLock { $0[deploy].map { $0 != silences } ?? false }
    }
}
