package import Lifecycle
package import Model

/// The part that changes the world. The power may fail at each line; what then, is said where it matters.
extension ContainerDriver {
    private typealias Step = Move.Step

    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to pull") }
        let old = try await present(deploy.service)
        // First: whoever prunes images meanwhile must not take the way back.
        try await images.keep(old.imageID, for: deploy.service)
        let id = try await images.fetch(to, for: deploy.service, steps)
        try await images.keep(id, for: deploy.service)
    }

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let move: Move
        if let begun = try Move(steps, deploy: deploy.id) {
            move = begun
        } else {
            move = try await begin(deploy, steps)
        }
        let new = try await createNew(move, steps)
        try await stopOld(move, steps)
        try await swapNames(move, new, steps)
        guard move.wasRunning else { return }
        try await steps.begin(Step.start, ["id": .string(new)])
        try await start(new)
        try await steps.end(Step.start)
    }

    /// That a container does not start is the release's fault, unless it is the machine that has no room for it.
    private func start(_ id: String) async throws(Problem) {
        do throws(Problem) {
            try await engine.start(id)
        } catch {
            guard error.code != .unreachable, error.code != .interrupted else { throw error }
            let isTaken = ["port is already allocated", "address already in use", "Address already in use"]
                .contains { error.message.contains($0) }
            throw Problem(isTaken ? .conflict : .failed, "the new container does not start: \(error)")
        }
    }

    private func begin(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Move {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to move to") }
        let old = try await present(deploy.service)
        let imageID = try await images.fetch(to, for: deploy.service, steps)
        let api = try await engine.spokenVersion()
        let defaults = try await images.defaults(ofImage: old.imageID)
        if defaults == nil {
            steps.log("the image of the old container is gone: all its settings are taken for its owner's")
        }
        let blueprint = Blueprint(
            of: old, image: try await images.name(of: to, id: imageID, for: deploy.service),
            follows: to.imageReference, defaults: defaults,
            inherited: try await inheritedPlaces(old), api: api)
        let move = Move(old, deploy: deploy.id, imageID: imageID, blueprint, api: api)
        try await steps.begin(Step.create, move.json)
        return move
    }

    private func inheritedPlaces(_ old: Container) async throws(Problem) -> Set<String> {
        var places: Set<String> = []
        for source in old.hostConfig["VolumesFrom"]?.array ?? [] {
            guard let name = source.string?.split(separator: ":").first else { continue }
            let mounts = try await engine.container(String(name))?.json["Mounts"]?.array ?? []
            places.formUnion(mounts.compactMap { $0["Destination"]?.string })
        }
        return places
    }

    // MARK: - Forward

    /// The answer to an earlier call may have been lost: then it is there under its name.
    private func createNew(_ move: Move, _ steps: DeploySteps) async throws(Problem) -> String {
        if let known = steps.result(Step.create)?["id"]?.string { return known }
        let id: String
        if let made = try await engine.container(move.newName) {
            id = made.id
        } else {
            if steps.intent(Step.create) == nil { try await steps.begin(Step.create, move.json) }
            id = try await engine.create(move.newName, move.body)
        }
        try await connectNew(id, move)
        let made = try await engine.container(id)
        guard made?.imageID == move.imageID else {
            throw Problem(
                .conflict,
                "the new container was made from the image \(made?.imageID ?? "?") in the place of \(move.imageID)")
        }
        try await steps.end(Step.create, ["id": .string(id)])
        return id
    }

    private func connectNew(_ id: String, _ move: Move) async throws(Problem) {
        for endpoint in move.laterEndpoints {
            let networks = try await engine.container(id)?.json["NetworkSettings"]?["Networks"]
            guard networks?[endpoint.network] == nil else { continue }
            try await engine.connect(id, to: endpoint.network, endpoint.settings)
        }
    }

    /// Its policy goes too: an engine that starts anew would start it beside the new one. Looked at each time, because
    /// the engine may have done so between two steps.
    private func stopOld(_ move: Move, _ steps: DeploySteps) async throws(Problem) {
        guard let old = try await engine.container(move.oldID) else {
            throw Problem(.conflict, "the old container is gone: somebody removed it in the middle of the deploy")
        }
        // A stop that was in flight when its caller was killed goes on in the engine; to ask again is to wait for it.
        if old.isRunning || steps.isInFlight(Step.stopOld) {
            try await steps.begin(Step.stopOld, ["id": .string(move.oldID)])
            if old.isPaused { try await engine.unpause(move.oldID) }
            try await engine.stop(move.oldID)
            try await steps.end(Step.stopOld)
        }
        guard old.restartsByItself else { return }
        try await steps.begin(Step.holdOld, ["id": .string(move.oldID), "policy": move.policy])
        try await engine.setRestartPolicy(["Name": "no", "MaximumRetryCount": 0], of: move.oldID)
        try await steps.end(Step.holdOld)
        // Between the stop and this the engine may have been started anew, and the container with it.
        if try await engine.container(move.oldID)?.isRunning == true {
            try await steps.begin(Step.stopOld, ["id": .string(move.oldID)])
            try await engine.stop(move.oldID)
            try await steps.end(Step.stopOld)
        }
    }

    private func swapNames(_ move: Move, _ new: String, _ steps: DeploySteps) async throws(Problem) {
        try await rename(move.oldID, to: move.keptName, Step.renameOld, steps)
        try await rename(new, to: move.name, Step.renameNew, steps)
    }

    private func rename(_ id: String, to name: String, _ step: String, _ steps: DeploySteps) async throws(Problem) {
        guard let container = try await engine.container(id) else {
            throw Problem(
                .conflict, "the container \(id.prefix(12)) is gone: somebody removed it in the middle of the deploy")
        }
        guard container.name != name else { return }
        try await steps.begin(step, ["id": .string(id), "name": .string(name)])
        try await engine.rename(id, to: name)
        try await steps.end(step)
    }

    // MARK: - Back

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        guard let move = try Move(steps, deploy: deploy.id) else { return .restored }
        try await removeNew(move, steps)
        guard var old = try await engine.container(move.oldID) else {
            return .notRestored(reason: "the old container is gone: somebody removed it in the middle of the deploy")
        }
        if steps.isInFlight(Step.stopOld) {
            // It may still be under way, and the container look as if it ran.
            try await engine.stop(move.oldID)
            old = try await engine.container(move.oldID) ?? old
        }
        try await rename(move.oldID, to: move.name, Step.nameBack, steps)
        // Before it starts: it would be lost with the next crash otherwise.
        if Container.restartsByItself(move.policy), old.restartPolicy != move.policy {
            try await steps.begin(Step.policyBack, ["id": .string(move.oldID), "policy": move.policy])
            try await engine.setRestartPolicy(move.policy, of: move.oldID)
            try await steps.end(Step.policyBack)
        }
        if move.wasRunning, !old.isRunning {
            try await steps.begin(Step.startOld, ["id": .string(move.oldID)])
            try await engine.start(move.oldID)
            try await steps.end(Step.startOld)
        } else if !move.wasRunning, old.isRunning {
            try await steps.begin(Step.stopBack, ["id": .string(move.oldID)])
            try await engine.stop(move.oldID)
            try await steps.end(Step.stopBack)
        }
        try await images.keepOnly([move.oldImageID], for: deploy.service)
        return .restored
    }

    private func removeNew(_ move: Move, _ steps: DeploySteps) async throws(Problem) {
        guard let new = try await findNew(move, steps) else { return }
        try await logLastWords(new, steps)
        try await steps.begin(Step.removeNew, ["id": .string(new.id)])
        // What the old one had without a name has one in the new one, and stays.
        try await engine.removeWithAnonymousVolumes(new.id)
        try await steps.end(Step.removeNew)
    }

    private func findNew(_ move: Move, _ steps: DeploySteps) async throws(Problem) -> Container? {
        if let id = steps.result(Step.create)?["id"]?.string { return try await engine.container(id) }
        return try await engine.container(move.newName)
    }

    /// With the container goes its log, and with that the reason.
    private func logLastWords(_ new: Container, _ steps: DeploySteps) async throws(Problem) {
        do throws(Problem) {
            for line in try await engine.lastLines(of: new.id, count: 20) { steps.log("\(new.name): \(line)") }
        } catch {
            if error.code == .interrupted || error.code == .unreachable { throw error }
            steps.log("\(new.name): its log cannot be read: \(error)")
        }
    }

    // MARK: - The end

    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let move = try Move(steps, deploy: deploy.id) else { return }
        if try await engine.container(move.oldID) != nil {
            try await steps.begin(Step.removeOld, ["id": .string(move.oldID)])
            try await engine.removeStopped(move.oldID)
            try await steps.end(Step.removeOld)
        }
        try await images.keepOnly([move.imageID, move.oldImageID], for: deploy.service)
    }

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        // Every step looks before it acts.
        .goOn
    }
}
