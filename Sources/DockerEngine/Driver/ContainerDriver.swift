package import Lifecycle
package import Model

/// Moves one container from one release to the next, by making it anew beside the old one.
///
///     pull      the image, by its digest; it and the old one are kept from `docker image prune` by tags of our own
///     up        create the new one · stop the old one · take its restart policy · rename the pair · start the new one
///     undo      remove the new one · give the old one its name and its policy back · start it
///     settle    remove the old one
///
/// The containers that live in its namespaces (`network_mode: container:`) or are linked to it are made anew, and put
/// back, with it.
///
/// Each step is in the journal before it is taken, and each looks at the world first: `up` and `undo` can be called
/// again at any point, after a kill of the agent, of the engine, or of the machine. Containers are found by name, since
/// the answer to a `create` may be lost, and acted on by id.
package struct ContainerDriver: ServiceDriver {
    let engine: Engine
    let images: any ImageSource
    let watch = EngineWatch()
    let turns: ContainerTurns
    /// How long the old container is tried to be started while the engine keeps a port of it that no container has.
    let portPatience: Duration

    package init(
        _ engine: Engine, images: any ImageSource, turns: ContainerTurns = ContainerTurns(),
        portPatience: Duration = .seconds(60)
    ) {
        self.engine = engine
        self.images = images
        self.turns = turns
        self.portPatience = portPatience
    }

    func definition(of service: Service) throws(Problem) -> ContainerDefinition {
        guard case .container(let definition) = service.kind else {
            throw Problem(.invalid, "services.\(service.name): expected a service whose driver is container")
        }
        return definition
    }

    package func check(_ wish: Wish, for service: Service) throws(Problem) { try wish.checkImage(for: service) }

    package func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? {
        let old = try await present(deploy.service)
        let current: String?
        do throws(Problem) { current = try old.runningImage?.tag } catch { current = nil }
        var candidates = try await images.candidates(
            try image(deploy.service, old).untagged, current: current, for: deploy.service)
        if let current, let times = candidates.times {
            let image = try await engine.image(id: Digest(old.imageID))
            if let made = image?.created.flatMap({ Timestamp(imageMade: $0) }) {
                candidates.times = TimesWithCurrent(times, tag: current, made: made)
            }
        }
        return candidates
    }

    package func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp? {
        try await images.published(release, for: deploy.service)
    }

    package func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        let old = try await present(deploy.service)
        let from = try await images.release(of: old, for: deploy.service)
        if case .previous = deploy.wish.target {
            guard let previous = state.previous else {
                return Plan(from: from, to: nil, reason: "there is no release before the current one")
            }
            return Plan(from: from, to: previous)
        }
        let wanted = try deploy.wish.image(of: try image(deploy.service, old), chosen: chosen) { () throws(Problem) in
            try followed(deploy.service, old)
        }
        let digest = try await images.resolve(wanted, for: deploy.service)
        return Plan(from: from, to: .image(reference: wanted.withoutDigest.familiar, digest: digest))
    }

    /// The container that the service is. It is made by its owner, once; this program only moves it.
    func present(_ service: Service) async throws(Problem) -> Container {
        let name = try definition(of: service).container
        guard let container = try await named(name) else {
            throw Problem(
                .notFound,
                "services.\(service.name): the engine at \(engine.address) has no container \"\(name)\"; make it once, by "
                    + "docker run or docker create, and it is moved from then on")
        }
        guard !container.isRemovedAtStop else {
            throw Problem(
                .unsupported,
                "services.\(service.name): the container \"\(name)\" was made with --rm: once stopped it and its "
                    + "anonymous volumes would be gone, and there would be no way back; make it without")
        }
        guard !AgentContainer.contains(container) else {
            throw Problem(
                .unsupported,
                "services.\(service.name): the container \"\(name)\" is the one that this agent runs in, which cannot stop "
                    + "itself and go on; update it by other means")
        }
        guard !container.isPaused else {
            throw Problem(
                .conflict,
                "services.\(service.name): somebody paused the container \"\(name)\"; docker unpause \(name) first")
        }
        return container
    }

    /// What is deployed as long as nobody chooses anything else.
    func followed(_ service: Service, _ old: Container) throws(Problem) -> ImageReference {
        try service.followed(try image(service, old))
    }

    private func image(_ service: Service, _ container: Container) throws(Problem) -> ImageReference {
        if let image = service.image { return image }
        let followed: ImageReference?
        do throws(Problem) { followed = try container.followedImage } catch { followed = nil }
        guard let followed else {
            throw Problem(
                .invalid,
                "services.\(service.name).image: it is not set, and the container was made from \"\(container.imageReference)\", which "
                    + "says nothing about where to look for releases")
        }
        return followed
    }
}
