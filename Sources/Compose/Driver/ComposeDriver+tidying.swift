import Lifecycle
import Model

/// What a compose that was killed has left half done: it makes the new container under another name, stops and removes the
/// old one, and gives the new one its name.
extension ComposeDriver {
    func tidyUp(after move: ComposeMove, _ deploy: DeployID, _ steps: DeploySteps) async throws(Problem) {
        try await awaitStops(move, steps)
    }

    /// A stop that compose has asked for goes on in the engine without it, and the container looks as if it ran until it is
    /// over: whoever compared it with the files now would leave it as it is.
    private func awaitStops(_ move: ComposeMove, _ steps: DeploySteps) async throws(Problem) {
        for _ in 0..<240 {
            var isWaiting = false
            for container in try await containers(of: move.project, move.services + move.dependents)
            where container.look.running == .running {
                if try await host.isBeingEnded(container) { isWaiting = true }
            }
            guard isWaiting else { return }
            do { try await Task.sleep(for: .milliseconds(250)) } catch {
                throw Problem(.interrupted, "the agent is being stopped")
            }
        }
    }
}
