import Lifecycle
package import Model
import Synchronization

/// Remembers for which deploys what was left running had to be ended, and may fail at it.
package final class RecordingOrphans: OrphanEnder {
    private let state: Mutex<(ended: [DeployID], failures: [Problem])>

    package init(failures: [Problem] = []) { state = Mutex(([], failures)) }

    package var ended: [DeployID] { state.withLock { $0.ended } }

    package func endOrphans(of deploy: DeployID) async throws(Problem) {
        let failure = state.withLock { state in
            state.ended.append(deploy)
            return state.failures.isEmpty ? nil : state.failures.removeFirst()
        }
        if let failure { throw failure }
    }
}
