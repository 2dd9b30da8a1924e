package import Lifecycle
package import Model

/// What the gate and `status` see, of all tasks of the service.
extension SwarmDriver {
    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        guard let move = try SwarmMove(steps) else {
            throw Problem(.corrupt, "journal: no service was updated in this deploy")
        }
        let isBack = deploy.failure != nil
        guard let service = try await engine.swarmService(try definition(of: deploy.service).service) else {
            return Look(running: .missing)
        }
        let wanted = isBack ? move.oldImage : move.newImage
        guard service.image == wanted else {
            let reason =
                switch service.update {
                case .goingBack(let words), .wentBack(let words): "Swarm has taken the release back: \(words)"
                default: "its image is \(service.image), expected \(wanted)"
                }
            return Look(running: .wrong(reason: reason))
        }
        let tasks = try await engine.tasks(of: service).filter { $0.createdAt > move.since || isBack }
        return sight(of: service, tasks, wanted, since: move.since)
    }

    private func sight(of service: SwarmService, _ tasks: [SwarmTask], _ image: String, since: String) -> Look {
        let count = SwarmDriver.count(service)
        // What was scaled to none stays so, and there is nothing to watch.
        guard count > 0 else { return Look(running: .notAProcess) }
        let own = tasks.filter { $0.image == image }
        let running = own.filter(\.isRunning)
        var look = Look(running: .running)
        let failed = own.filter { $0.hasFailed && $0.createdAt > since }
        if failed.count >= (service.hasHealthCheck ? SwarmDriver.mostFailures : 1) {
            look.running = .wrong(reason: "\(failed.count) of its tasks have failed\(SwarmDriver.why(failed, image))")
            return look
        }
        look.startedAt = running.map { "\($0.id) \($0.changedAt)" }.sorted().joined(separator: " ")
        let isDone = running.isEmpty && Set(own.filter(\.isComplete).map(\.place)).count >= count
        if isDone {
            look.running = .exited(code: 0)
        } else if running.count < count {
            look.running = .coming(
                reason: "\(running.count) of \(count) tasks run the release\(SwarmDriver.why(own, image))")
        }
        return look
    }

    /// Whose own check may yet turn healthy has some attempts.
    private static let mostFailures = 3

    package func presence(of service: Service, current: Release?) async throws(Problem) -> Presence? {
        let name = try definition(of: service).service
        guard let found = try await engine.swarmService(name) else {
            let reason = "the Swarm has no service \"\(name)\""
            return Presence(.missing, reason, health: .unhealthy(reason: reason))
        }
        let tasks = try await engine.tasks(of: found)
        let (count, running) = (SwarmDriver.count(found), tasks.count(where: \.isRunning))
        guard count > 0 else { return Presence(.stopped, "it is scaled to 0") }
        guard running >= count else {
            let reason = "\(running) of \(count) tasks run\(SwarmDriver.why(tasks, found.image))"
            return Presence(running == 0 ? .stopped : .restarting, reason, health: .unhealthy(reason: reason))
        }
        let presence = Presence(.running)
        guard let current else { return presence }
        return presence.comparing(SwarmDriver.release(found.image), with: current)
    }
}
