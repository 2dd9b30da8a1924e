package import Lifecycle
package import Model

/// What the gate sees, of the new container or of the old one that is back.
extension ContainerDriver {
    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        guard let move = try Move(steps, deploy: deploy.id) else {
            throw Problem(.corrupt, "journal: no container was made in this deploy")
        }
        let isBack = deploy.failure != nil
        guard var container = try await container(move.own, isBack, steps) else { return Look(running: .missing) }
        container = try await upAgain(container, move.own, after: nil, deploy.id, steps)
        if let reason = strangeness(container, move.own, isBack) { return Look(running: .wrong(reason: reason)) }
        for part in move.dependents {
            guard let beside = try await self.container(part, isBack, steps) else {
                return Look(running: .wrong(reason: "\(ContainerDriver.shown(part)) is gone"))
            }
            if let reason = complaint(try await upAgain(beside, part, after: container, deploy.id, steps), part) {
                return Look(running: .wrong(reason: reason))
            }
        }
        // What was stopped stays stopped, and there is nothing to watch.
        guard move.own.wasRunning else { return Look(running: .notAProcess) }
        var look = ContainerDriver.sight(of: container)
        look.restarts = restarts(container, move.own, isBack, steps)
        return look
    }

    static func sight(of container: Container) -> Look {
        Look(
            running: running(container), restarts: container.restartCount, startedAt: container.startedAt,
            health: health(container), ownGrace: container.healthCheck.map { $0.startPeriod + $0.interval * 2 })
    }

    private func container(
        _ part: Part, _ isBack: Bool, _ steps: DeploySteps
    ) async throws(Problem) -> Container? {
        try await engine.container(isBack ? part.oldID : part.newID(steps) ?? part.newName)
    }

    /// Of an old one that was never stopped, those from before the deploy do not count.
    private func restarts(_ container: Container, _ part: Part, _ isBack: Bool, _ steps: DeploySteps) -> Int {
        let wasStarted = steps.intent(part.step(Move.Step.startOld)) != nil
        return isBack && !wasStarted ? max(0, container.restartCount - part.oldRestarts) : container.restartCount
    }

    private func strangeness(_ container: Container, _ part: Part, _ isBack: Bool) -> String? {
        let wanted = isBack ? part.oldImageID : part.imageID
        if container.imageID != wanted { return "it runs the image \(container.imageID), expected \(wanted)" }
        if container.name != part.name { return "it is called \"\(container.name)\", expected \"\(part.name)\"" }
        if !part.wasRunning, container.isRunning { return "somebody started it in the middle of the deploy" }
        return nil
    }

    /// Of one that shares the service's namespaces. That it restarts may be because the service is still on its way.
    private func complaint(_ container: Container, _ part: Part) -> String? {
        guard part.wasRunning, !container.isRunning, !container.isRestarting, container.exitCode != 0 else {
            return nil
        }
        return "\(ContainerDriver.shown(part)) exited with code \(container.exitCode)"
    }

    // MARK: - After the engine was away

    /// What ran, and went down with the engine or the machine, is started once more: that the release fails is not
    /// what was seen. `host` is whose namespaces it lives in.
    private func upAgain(
        _ container: Container, _ part: Part, after host: Container?, _ deploy: DeployID, _ steps: DeploySteps
    ) async throws(Problem) -> Container {
        guard part.wasRunning, !container.isRestarting else { return container }
        let isStranded = container.isRunning && host.map { container.startedAt < $0.startedAt } ?? false
        guard steps.count(part.step(Move.Step.startAgain)) < ContainerDriver.mostStartsAgain else { return container }
        if !isStranded {
            guard try await wentDownWithEngine(container, deploy) else { return container }
        }
        try await startAgain(container, part, isStranded, steps)
        watch.began(deploy, silences: engine.silences)
        return try await engine.container(container.id) ?? container
    }

    /// A release that takes the engine down each time has had its chances.
    private static let mostStartsAgain = 3

    func wentDownWithEngine(_ container: Container, _ deploy: DeployID) async throws(Problem) -> Bool {
        guard !container.isRunning else { return false }
        if watch.isBroken(deploy, silences: engine.silences) { return true }
        return try await !engine.hasSeenEnd(of: container)
    }

    private func startAgain(
        _ container: Container, _ part: Part, _ isStranded: Bool, _ steps: DeploySteps
    ) async throws(Problem) {
        try await steps.begin(part.step(Move.Step.startAgain), ["id": .string(container.id)])
        do throws(Problem) {
            if isStranded { try await stop(container, steps) }
            try await engine.start(container.id)
        } catch {
            if error.code == .unreachable || error.code == .interrupted { throw error }
            // It is down, and that is what the gate sees.
            steps.log("\(container.name) does not start again: \(try await explained(error).0)")
        }
        try await steps.end(part.step(Move.Step.startAgain))
    }

    // MARK: - What is seen

    private static func running(_ container: Container) -> Look.Running {
        if container.isRestarting { return .restarting }
        if container.isRunning { return .running }
        return .exited(code: container.exitCode)
    }

    static func health(_ container: Container) -> Look.Health {
        switch container.healthStatus {
        case nil: .none
        case "healthy"?: .healthy
        case "starting"?: .starting
        case let status?: .unhealthy(reason: container.healthOutput ?? "its health check says \"\(status)\"")
        }
    }
}
