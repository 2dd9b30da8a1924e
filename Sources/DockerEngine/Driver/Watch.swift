import Model
import Synchronization

/// Whether the engine has been there all the time since a deploy began to look at its container, as far as anybody
/// asked.
final class Watch: Sendable {
    private let silencesAtBegin = Mutex<[DeployID: Int]>([:])

    /// `silences` is how often the engine had not answered by then.
    func began(_ deploy: DeployID, silences: Int) { silencesAtBegin.withLock { $0[deploy] = silences } }

    func ended(_ deploy: DeployID) { silencesAtBegin.withLock { $0[deploy] = nil } }

    func isBroken(_ deploy: DeployID, silences: Int) -> Bool {
        silencesAtBegin.withLock { $0[deploy].map { $0 != silences } ?? false }
    }
}
