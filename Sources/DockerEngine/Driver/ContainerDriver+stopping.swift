import Lifecycle
import Model

extension ContainerDriver {
    /// As long as the container itself asks for, and that may be long: it must not look as if the deploy hung.
    func stop(_ container: Container, _ steps: DeploySteps) async throws(Problem) {
        let teller = Task {
            var pause = Duration.seconds(5)
            var waited = Duration.zero
            while (try? await Task.sleep(for: pause)) != nil {
                waited += pause
                steps.log("\(container.name) is being stopped, for \(waited.text) now; it has all the time it asks for")
                pause *= 2
            }
        }
        defer { teller.cancel() }
        try await engine.stop(container.id)
    }
}
