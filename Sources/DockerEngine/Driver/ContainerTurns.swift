import Model
import Synchronization

/// Containers that depend on each other are made anew together, so only one deploy at a time is at any of them. For all
/// drivers of an agent: a reload of its settings makes a new one.
package final class ContainerTurns: Sendable {
    private let taken = Mutex<[DeployID: Set<String>]>([:])

    package init() {}

    /// Nil when they are the deploy's from now on; otherwise the one that is at some of them, and nothing is taken.
    func take(_ names: Set<String>, for deploy: DeployID) -> DeployID? {
        taken.withLock { taken in
            if let other = taken.first(where: { $0.key != deploy && !$0.value.isDisjoint(with: names) }) {
                return other.key
            }
            taken[deploy] = names
            return nil
        }
    }

    /// Whether some deploy is at it.
    func isTaken(_ name: String) -> Bool { taken.withLock { $0.values.contains { $0.contains(name) } } }

    /// They were the deploy's before the agent was killed.
    func resume(_ names: Set<String>, for deploy: DeployID) { taken.withLock { $0[deploy] = names } }

    func end(_ deploy: DeployID) { taken.withLock { $0[deploy] = nil } }
}
