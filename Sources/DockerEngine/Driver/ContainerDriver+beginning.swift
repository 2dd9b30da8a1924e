package import Lifecycle
package import Model

/// What is found out and written down before anything changes.
extension ContainerDriver {
    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to pull") }
        let old = try await present(deploy.service)
        try await noteRunning(old, deploy.id, steps)
        // First: whoever prunes images meanwhile must not take the way back.
        try await images.keep(old.imageID, for: deploy.service)
        let id = try await images.fetch(to, for: deploy.service, steps)
        try await images.keep(id, for: deploy.service)
    }

    func begin(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Move {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to move to") }
        let (old, dependentsNow) = try await whenItsTurnCame(deploy, steps)
        let imageID = try await images.fetch(to, for: deploy.service, steps)
        let api = try await engine.spokenVersion()
        // What a person chooses for once, or a hook, is not followed from then on.
        let blueprint = try await blueprint(
            of: old, image: try await images.name(of: to, id: imageID, for: deploy.service),
            follows: (try? followed(deploy.service, old).withoutDigest.familiar) ?? to.imageReference,
            runs: to.imageReference, steps)
        var dependents: [Part] = []
        for dependent in dependentsNow {
            let image = try await images.name(ofSame: dependent)
            let blueprint = try await self.blueprint(
                of: dependent, image: image, follows: try? dependent.followedImage?.familiar,
                runs: try? dependent.runningImage?.familiar, steps)
            dependents.append(
                Part(
                    dependent, wasRunning: try await ran(dependent, deploy.id, steps), imageID: dependent.imageID,
                    blueprint,
                    api: api, isOwn: false, deploy: deploy.id))
        }
        let move = Move(
            own: Part(
                old, wasRunning: try await ran(old, deploy.id, steps), imageID: imageID, blueprint, api: api,
                isOwn: true,
                deploy: deploy.id),
            dependents: dependents)
        try await steps.begin(Move.Step.create, move.json)
        return move
    }

    /// A pull takes its time. What goes down in it with the engine or the machine was not stopped by anybody.
    private func noteRunning(_ old: Container, _ deploy: DeployID, _ steps: DeploySteps) async throws(Problem) {
        guard steps.intent(Move.Step.seen) == nil else { return }
        watch.began(deploy, silences: engine.silences)
        let running = ([old] + (try await Dependents(engine: engine).of(old))).filter(\.isRunning)
        try await steps.begin(Move.Step.seen, ["running": .array(running.map { .string($0.id) })])
    }

    private func ran(
        _ old: Container, _ deploy: DeployID, _ steps: DeploySteps
    ) async throws(Problem) -> Bool {
        guard !old.isRunning else { return true }
        let seen = steps.intent(Move.Step.seen)?["running"]?.array ?? []
        guard seen.contains(.string(old.id)) else { return false }
        // If somebody stopped it meanwhile, that is respected.
        return try await wentDownWithEngine(old, deploy)
    }

    private func blueprint(
        of old: Container, image: String, follows: String?, runs: String?, _ steps: DeploySteps
    ) async throws(Problem) -> Blueprint {
        let defaults = try await images.defaults(ofImage: old.imageID)
        if defaults == nil {
            steps.log("the image of the container \"\(old.name)\" is gone: all its settings are taken for its owner's")
        }
        return Blueprint(
            of: old, image: image, follows: follows, runs: runs, defaults: defaults,
            inherited: try await inheritedPlaces(old), by: try await engine.version(),
            api: try await engine.spokenVersion())
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
}
