import Lifecycle
import Model
import Synchronization

/// What the `revision` command answered when the candidates were asked for, so that `plan` need not run it again. One
/// per service, since a service has one deploy at a time.
final class KnownRevisions: Sendable {
    private let revisions = Mutex<[String: (deploy: DeployID, name: String)]>([:])

    func remember(_ revision: String, for deploy: Deploy) {
        revisions.withLock { $0[deploy.service.name] = (deploy.id, revision) }
    }

    /// Nil when it is that of another deploy, or was asked for already.
    func take(for deploy: Deploy) -> String? {
        let known = revisions.withLock { $0.removeValue(forKey: deploy.service.name) }
        return known?.deploy == deploy.id ? known?.name : nil
    }
}
