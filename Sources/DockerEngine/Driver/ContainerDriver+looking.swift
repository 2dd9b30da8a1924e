package import Lifecycle
package import Model

extension ContainerDriver {
    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        guard let move = try Move(steps, deploy: deploy.id) else {
            throw Problem(.corrupt, "journal: no container was made in this deploy")
        }
        let isBack = deploy.failure != nil
        let id = isBack ? move.oldID : steps.result(Move.Step.create)?["id"]?.string ?? move.newName
        guard let container = try await engine.container(id) else { return Look(running: .missing) }
        let wanted = isBack ? move.oldImageID : move.imageID
        guard container.imageID == wanted else {
            return Look(running: .wrongRelease(reason: "it runs the image \(container.imageID), expected \(wanted)"))
        }
        guard container.name == move.name else {
            return Look(
                running: .wrongRelease(reason: "it is called \"\(container.name)\", expected \"\(move.name)\""))
        }
        // What was stopped stays stopped, and there is nothing to watch.
        guard move.wasRunning else {
            return container.isRunning
                ? Look(running: .wrongRelease(reason: "somebody started it in the middle of the deploy"))
                : Look(running: .notAProcess)
        }
        return Look(
            running: ContainerDriver.running(container), restarts: container.restartCount,
            health: ContainerDriver.health(container),
            ownGrace: container.healthCheck.map { $0.startPeriod + $0.interval * 2 })
    }

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
