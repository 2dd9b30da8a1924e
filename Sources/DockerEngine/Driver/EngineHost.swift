package import Lifecycle
package import Model

/// The engine for drivers that leave the making of containers to another program.
package struct EngineHost: ContainerHost {
    let engine: Engine
    let images: EngineImages

    package init(_ engine: Engine, images: EngineImages) {
        self.engine = engine
        self.images = images
    }

    package var address: String { engine.address.description }
    package var silences: Int { engine.silences }

    package func oldInterface() async throws(Problem) -> String {
        let version = try await engine.version()
        // From 1.45 on an image's description lacks what they look for in it.
        return max(version.lowest, min(version.highest, APIVersion(1, 44))).description
    }

    // MARK: - Images

    package func resolve(_ reference: ImageReference, for service: Service) async throws(Problem) -> String {
        try await images.resolve(reference, for: service)
    }

    package func candidates(
        _ repository: ImageReference, current: String?, for service: Service
    ) async throws(Problem) -> Candidates {
        try await images.candidates(repository, current: current, for: service)
    }

    package func published(_ release: Release, for service: Service) async throws(Problem) -> Timestamp? {
        try await images.published(release, for: service)
    }

    package func fetch(
        _ release: Release, for service: Service, _ steps: DeploySteps
    ) async throws(Problem) -> String {
        try await images.fetch(release, for: service, steps)
    }

    package func keep(_ id: String, for service: Service) async throws(Problem) -> ImageReference {
        try await images.keep(id, for: service)
    }

    package func keepOnly(_ ids: [String], for service: Service) async throws(Problem) {
        try await images.keepOnly(ids, for: service)
    }

    package func imageID(of reference: ImageReference) async throws(Problem) -> String? {
        try await engine.image(reference)?.id.description
    }

    package func name(_ id: String, _ reference: ImageReference) async throws(Problem) {
        try await engine.tag(try Digest(id), as: reference)
    }

    package func removeName(_ reference: ImageReference) async throws(Problem) {
        try await engine.removeTag(reference)
    }

    // MARK: - Containers

    package func containers(
        labelled labels: [(name: String, value: String)]
    ) async throws(Problem) -> [HostedContainer] {
        let filters: JSON = ["label": .array(labels.map { .string("\($0.name)=\($0.value)") })]
        var found: [HostedContainer] = []
        for entry in try await engine.get("/containers/json", [("all", "1"), ("filters", filters.text)]).array ?? [] {
            // It may be gone by now.
            guard let id = entry["Id"]?.string, let container = try await engine.container(id) else { continue }
            found.append(HostedContainer(container))
        }
        return found.sorted { ($0.name.utf8.count, $0.name) < ($1.name.utf8.count, $1.name) }
    }

    package func release(
        of container: HostedContainer, for service: Service
    ) async throws(Problem) -> Release {
        let written = (try? ImageReference(container.imageReference))?.withoutDigest
        return try await images.release(
            ofImage: container.imageID, called: container.imageReference, written, for: service)
    }

    package func hasSeenEnd(of container: HostedContainer) async throws(Problem) -> Bool {
        guard let seen = try await engine.container(container.id) else { return true }
        return try await engine.hasSeenEnd(of: seen)
    }

    package func wasTold(toEnd container: HostedContainer) async throws(Problem) -> Bool {
        guard let seen = try await engine.container(container.id) else { return false }
        return try await engine.wasTold(toEnd: seen)
    }

    package func isBeingEnded(_ container: HostedContainer) async throws(Problem) -> Bool {
        guard let seen = try await engine.container(container.id), seen.isRunning else { return false }
        return try await engine.isEnding(seen)
    }

    package func rename(_ container: HostedContainer, to name: String) async throws(Problem) {
        try await engine.rename(container.id, to: name)
    }

    package func remove(_ container: HostedContainer) async throws(Problem) {
        try await engine.removeKeepingVolumes(container.id)
    }

    package func stop(_ container: HostedContainer) async throws(Problem) { try await engine.stop(container.id) }

    package func lastLines(of container: HostedContainer) async throws(Problem) -> [String] {
        try await engine.lastLines(of: container.id, count: 20)
    }

    package func start(_ container: HostedContainer) async throws(Problem) { try await engine.start(container.id) }
}

extension HostedContainer {
    init(_ container: Container) {
        self.init(
            id: container.id, name: container.name, labels: container.labels, imageReference: container.imageReference,
            imageID: container.imageID, look: ContainerDriver.sight(of: container),
            presence: ContainerDriver.presence(of: container), hasRun: container.hasRun,
            isAgent: AgentContainer.contains(container),
            restartsByItself: container.restartsByItself,
            hosts: container.joined)
    }
}
