package import Lifecycle
package import Model

/// What `status` says of a container that no deploy is at.
extension ContainerDriver {
    package func presence(of service: Service, current: Release?) async throws(Problem) -> Presence? {
        let name = try definition(of: service).container
        // The deploy of another service, on which it depends: nothing is where it belongs.
        guard !turns.isTaken(name) else { return nil }
        guard let container = try await engine.container(name) else {
            let reason = "the engine has no container \"\(name)\""
            return Presence(.missing, reason, health: .unhealthy(reason: reason))
        }
        let presence = ContainerDriver.presence(of: container)
        guard presence.state == .running, let current else { return presence }
        return presence.comparing(try await images.release(of: container, for: service), with: current)
    }

    static func presence(of container: Container) -> Presence {
        standstill(container) ?? Presence(.running, health: health(container).forStatus)
    }

    /// Nil when it runs.
    private static func standstill(_ container: Container) -> Presence? {
        if container.isPaused {
            let reason = "somebody paused it: docker unpause \(container.name)"
            return Presence(.paused, reason, health: .unhealthy(reason: reason))
        }
        if container.isRestarting {
            let reason = "it restarts again and again: \(lastEnd(container))"
            return Presence(.restarting, reason, health: .unhealthy(reason: reason))
        }
        guard !container.isRunning else { return nil }
        let refusal = container.startRefusal.map { ": \($0)" } ?? ""
        guard container.hasRun else { return Presence(.stopped, "it was never started\(refusal)") }
        let reason = "it \(lastEnd(container))\(refusal)"
        // What ends well may have done what it was for.
        return Presence(.stopped, reason, health: container.exitCode == 0 ? .none : .unhealthy(reason: reason))
    }

    private static func lastEnd(_ container: Container) -> String {
        let moment = container.finishedAt.split(separator: ".")[0]
        let cause = container.wasKilledForMemory ? ", killed for want of memory," : ""
        return "exited with code \(container.exitCode)\(cause) at \(moment)Z"
    }
}
