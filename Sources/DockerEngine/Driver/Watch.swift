import Model
import Synchronization

/// Since when each container under a gate has been watched without a break. A container that nothing starts by itself
/// is down after the engine or the machine went down under it, and that is not the release's fault.
final class Watch: Sendable {
    enum Break {
        /// The engine was away, and its containers with it.
        case engine
        /// This program was, and nobody knows what happened meanwhile.
        case agent
    }

    private let silencesAtBegin = Mutex<[DeployID: Int]>([:])

    /// `silences` is how often the engine had not answered by then.
    func began(_ deploy: DeployID, silences: Int) { silencesAtBegin.withLock { $0[deploy] = silences } }

    func ended(_ deploy: DeployID) { silencesAtBegin.withLock { $0[deploy] = nil } }

    func broken(_ deploy: DeployID, silences: Int) -> Break? {
        switch silencesAtBegin.withLock({ $0[deploy] }) {
        case nil: .agent
        case silences?: nil
        case _?: .engine
        }
    }
}
