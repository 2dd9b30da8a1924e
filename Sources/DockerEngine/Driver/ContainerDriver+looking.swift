import Glibc
package import Lifecycle
package import Model

/// What the gate sees, of the new container or of the old one that is back.
extension ContainerDriver {
    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        guard let move = try Move(steps, deploy: deploy.id) else {
            throw Problem(.corrupt, "journal: no container was made in this deploy")
        }
        let isBack = deploy.failure != nil
        try await mendBreak(deploy.id, move, isBack, steps)
        guard let container = try await container(move.own, isBack, steps) else { return Look(running: .missing) }
        if let reason = strangeness(container, move.own, isBack) { return Look(running: .wrong(reason: reason)) }
        for part in move.dependents where part.wasRunning {
            if let reason = try await complaint(part, isBack, steps) { return Look(running: .wrong(reason: reason)) }
        }
        // What was stopped stays stopped, and there is nothing to watch.
        guard move.own.wasRunning else { return Look(running: .notAProcess) }
        return Look(
            running: ContainerDriver.running(container), restarts: container.restartCount,
            health: ContainerDriver.health(container),
            ownGrace: container.healthCheck.map { $0.startPeriod + $0.interval * 2 })
    }

    private func container(
        _ part: Part, _ isBack: Bool, _ steps: DeploySteps
    ) async throws(Problem) -> Container? {
        try await engine.container(isBack ? part.oldID : part.newID(steps) ?? part.newName)
    }

    private func strangeness(_ container: Container, _ part: Part, _ isBack: Bool) -> String? {
        let wanted = isBack ? part.oldImageID : part.imageID
        if container.imageID != wanted { return "it runs the image \(container.imageID), expected \(wanted)" }
        if container.name != part.name { return "it is called \"\(container.name)\", expected \"\(part.name)\"" }
        if !part.wasRunning, container.isRunning { return "somebody started it in the middle of the deploy" }
        return nil
    }

    /// Of one that shares the service's namespaces. That it restarts may be because the service is still on its way.
    private func complaint(
        _ part: Part, _ isBack: Bool, _ steps: DeploySteps
    ) async throws(Problem) -> String? {
        guard let container = try await container(part, isBack, steps) else {
            return "\(ContainerDriver.shown(part)) is gone"
        }
        guard !container.isRunning, !container.isRestarting, container.exitCode != 0 else { return nil }
        return "\(ContainerDriver.shown(part)) exited with code \(container.exitCode)"
    }

    // MARK: - After a break

    /// What ran, and went down with the engine or the machine, is started once more: the gate has not seen it fail.
    /// When only this program was away it may have failed by itself; then it does so again, before the gate's eyes.
    private func mendBreak(
        _ deploy: DeployID, _ move: Move, _ isBack: Bool, _ steps: DeploySteps
    ) async throws(Problem) {
        let silences = engine.silences
        guard let cause = watch.broken(deploy, silences: silences) else { return }
        var host: Container?
        for part in move.parts {
            guard part.wasRunning, var found = try await container(part, isBack, steps) else { continue }
            let isStranded = found.isRunning && host.map { found.startedAt < $0.startedAt } ?? false
            let wentDown = !found.isRunning && !found.isRestarting && (cause == .engine || found.endedUnderneath)
            if isStranded || wentDown {
                try await startAgain(found, part, isStranded, steps)
                found = try await engine.container(found.id) ?? found
            }
            host = host ?? found
        }
        watch.began(deploy, silences: silences)
    }

    private func startAgain(
        _ container: Container, _ part: Part, _ isStranded: Bool, _ steps: DeploySteps
    ) async throws(Problem) {
        try await steps.begin(part.step(Move.Step.startAgain), ["id": .string(container.id)])
        do throws(Problem) {
            if isStranded { try await engine.stop(container.id) }
            try await engine.start(container.id)
        } catch {
            if error.code == .unreachable || error.code == .interrupted { throw error }
            // It is down, and that is what the gate sees.
            steps.log("\(container.name) does not start again: \(error)")
        }
        try await steps.end(part.step(Move.Step.startAgain))
    }

    // MARK: - What is seen

    private static func running(_ container: Container) -> Look.Running {
        if container.isRestarting { return .restarting }
        if container.isRunning { return .running }
        return .exited(code: container.exitCode)
    }

    private static func health(_ container: Container) -> Look.Health {
        switch container.healthStatus {
        case nil: .none
        case "healthy"?: .healthy
        case "starting"?: .starting
        case let status?: .unhealthy(reason: container.healthOutput ?? "its health check says \"\(status)\"")
        }
    }
}

extension Container {
    /// With a code that says that it did not end by itself, or before this machine was started.
    fileprivate var endedUnderneath: Bool { exitCode != 0 || finishedAt < Container.comparable(Container.bootMoment) }

    private static var bootMoment: String {
        var now = timespec()
        var sinceBoot = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        return Timestamp(microseconds: Int64(now.tv_sec - sinceBoot.tv_sec) * 1_000_000).description
    }
}
