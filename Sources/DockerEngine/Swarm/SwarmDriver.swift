package import Lifecycle
package import Model

/// Moves a service of a Swarm, across all its nodes: changes the image in its specification, and lets Swarm do the rest.
///
///     up        update the service to `tag@digest`, every other field as it was · wait until the rollout has ended
///     undo      update it to what it was · wait until that has ended
///
/// How the tasks are replaced is said by the service's own settings for updates. What came of it is read from the tasks:
/// that an update has ended says nothing, and Swarm's own rollback is not a success. The nodes pull for themselves.
package struct SwarmDriver: ServiceDriver {
    let engine: Engine
    private let images: EngineImages
    private let registries: any ImageRegistries
    /// How long nothing may come of an update, beyond the pauses that the service's own settings ask for.
    let patience: Duration

    package init(
        _ engine: Engine, images: EngineImages, registries: any ImageRegistries, patience: Duration = .seconds(300)
    ) {
        self.engine = engine
        self.images = images
        self.registries = registries
        self.patience = patience
    }

    package func check(_ wish: Wish, for service: Service) throws(Problem) { try wish.checkImage(for: service) }

    // MARK: - What there is

    package func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? {
        let written = try written(try await present(deploy.service), deploy.service)
        return try await images.candidates(written.untagged, current: written.tag, for: deploy.service)
    }

    package func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp? {
        try await images.published(release, for: deploy.service)
    }

    package func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        let service = try await present(deploy.service)
        let from = SwarmDriver.release(service.image)
        if case .previous = deploy.wish.target {
            guard let previous = state.previous else {
                return Plan(from: from, to: nil, reason: "there is no release before the current one")
            }
            return Plan(from: from, to: previous)
        }
        let written = try written(service, deploy.service)
        let wanted = try deploy.wish.image(of: written, chosen: chosen) { () throws(Problem) in
            try deploy.service.followed(written)
        }.withoutDigest
        let digest = try await images.resolve(wanted, for: deploy.service)
        return Plan(from: from, to: .image(reference: wanted.familiar, digest: digest))
    }

    /// Which digest runs where none is written is known to the nodes alone.
    static func release(_ image: String) -> Release {
        guard let reference = try? ImageReference(image) else { return .image(reference: image, digest: "") }
        return .image(
            reference: reference.withoutDigest.familiar, digest: reference.digest.map { $0.description } ?? "")
    }

    func present(_ service: Service) async throws(Problem) -> SwarmService {
        let name = try definition(of: service).service
        guard let found = try await engine.swarmService(name) else {
            throw Problem(
                .notFound,
                "services.\(service.name): the Swarm has no service \"\(name)\"; make it once, by docker stack deploy or docker "
                    + "service create, and it is moved from then on; one of a stack is called STACK_SERVICE")
        }
        guard found.mode != .job else {
            throw Problem(
                .unsupported,
                "services.\(service.name): \"\(name)\" is a job, of which an update is another run; a script with docker "
                    + "service update can do that")
        }
        return found
    }

    func definition(of service: Service) throws(Problem) -> SwarmDefinition {
        guard case .swarm(let definition) = service.kind else {
            throw Problem(.invalid, "services.\(service.name): expected a service whose driver is swarm")
        }
        return definition
    }

    /// The settings' repository, and the specification's where they name none; with the tag that that names.
    private func written(_ found: SwarmService, _ service: Service) throws(Problem) -> ImageReference {
        let written: ImageReference
        do throws(Problem) { written = try ImageReference(found.image).withoutDigest } catch {
            throw error.at("services.\(service.name): the image of \(found.name)")
        }
        guard let own = service.image else { return written }
        return own.tag == nil && own.repository == written.repository ? written : own
    }

    func credentials(_ release: Release?, _ service: Service) async throws(Problem) -> RegistryCredentials? {
        guard let text = release?.imageReference else { return nil }
        return try await registries.credentials(for: try ImageReference(text), of: service)?.credentials
    }
}
