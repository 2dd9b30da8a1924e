package import Lifecycle
package import Model

extension ServiceContainer {
    /// What was stopped stays stopped: a deploy that finds it running takes that for somebody's hand in it. Containers
    /// that share its namespaces are restarted after it: they would be left in namespaces that are gone.
    package func restart(_ deploy: Deploy, timeout: Duration) async throws(Problem) {
        let deadline = ContinuousClock.now + timeout
        let container = try await running(deploy)
        let dependents = try await Dependents(engine: engine).of(container, withLinks: false).filter(\.isRunning)
        for part in [container] + dependents {
            try await restart(part, timeout, until: deadline)
        }
    }

    private func restart(
        _ container: Container, _ timeout: Duration, until deadline: ContinuousClock.Instant
    ) async throws(Problem) {
        do throws(Problem) {
            // With the signal and the patience that the container asks for itself.
            try await engine.post(
                "/containers/\(container.id)/restart", timeout: max(.milliseconds(1), deadline - ContinuousClock.now))
        } catch {
            guard error.cause?.code == .timeout else { throw error }
            throw late(container, timeout)
        }
        while true {
            guard let now = try await engine.container(container.id) else {
                throw Problem(.notFound, "the container \"\(container.name)\" is gone")
            }
            if now.isRunning, !now.isRestarting { return }
            guard now.isRestarting else {
                throw Problem(
                    .failed, "the container \"\(container.name)\" was restarted and ended with code \(now.exitCode)")
            }
            guard ContinuousClock.now < deadline else { throw late(container, timeout) }
            do { try await Task.sleep(for: .milliseconds(100)) } catch {
                throw Problem(.interrupted, "it was interrupted")
            }
        }
    }

    private func late(_ container: Container, _ timeout: Duration) -> Problem {
        Problem(
            .timeout,
            "the container \"\(container.name)\" does not run again after \(timeout.text); the engine goes on with it")
    }
}
