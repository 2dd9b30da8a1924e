import Lifecycle
package import Model
import Processes

/// Ends what a killed agent left running for a deploy, known by the marker in its environment.
package struct ProcessOrphans: OrphanEnder {
    /// Longer than a script's own: nobody waits but the deploy itself.
    private static let grace = Duration.seconds(10)

    package init() {}

    package func endOrphans(of deploy: DeployID) async throws(Problem) {
        try await DeployChildren.end(
            marker: DeployEnvironment.marker, value: deploy.text, grace: ProcessOrphans.grace)
    }
}
