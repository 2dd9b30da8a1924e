package import Lifecycle
package import Model

/// Images as the engine gets them. What a tag stands for is asked of the registry, by its digest the engine pulls.
package struct EngineImages: ImageSource {
    private let engine: Engine
    private let registries: any ImageRegistries
    private let asksEngine: Bool

    /// The one repository whose tags keep images from being pruned. Nobody ever pushes it.
    static let keeper = "grapnel-keep"

    /// `asksEngine`: what a tag stands for, too, where nobody else finds a way to its registry. That can take a minute,
    /// which looks at many services do not have.
    package init(_ engine: Engine, registries: any ImageRegistries, asksEngine: Bool = true) {
        self.asksEngine = asksEngine
        self.engine = engine
        self.registries = registries
    }

    package func resolve(_ reference: ImageReference, for service: Service) async throws(Problem) -> String {
        guard isBuiltHere(service) else {
            return try await asked(reference, service).description
        }
        guard let image = try await engine.image(reference) else {
            throw Problem(
                .notFound,
                "services.\(service.name): the engine has no image \"\(reference.familiar)\", and \"pull: never\" says "
                    + "that it is built there")
        }
        return image.id.description
    }

    private func asked(_ reference: ImageReference, _ service: Service) async throws(Problem) -> Digest {
        let silence: Problem
        do throws(Problem) {
            return try await registries.digest(of: reference, for: service)
        } catch {
            // One that wants to be left alone is left alone.
            guard asksEngine, error.code == .unreachable, error.cause != nil else { throw error }
            silence = error
        }
        // An engine on another machine, or one that was told of certificates, finds registries that we do not.
        do throws(Problem) {
            let found = try await registries.credentials(for: reference, of: service)
            return try await engine.resolve(reference, found?.credentials)
        } catch {
            throw error.code == .unreachable ? silence : error
        }
    }

    package func candidates(
        _ repository: ImageReference, current: String?, for service: Service
    ) async throws(Problem) -> Candidates {
        guard isBuiltHere(service) else {
            return Candidates(
                try await registries.tags(of: repository, for: service), current: current,
                times: RegistryTimes(registries: registries, reference: repository, service: service))
        }
        let built = BuiltTags(engine: engine, repository: repository)
        return Candidates(try await built.all().map(\.key).sorted(), current: current, times: built)
    }

    package func published(_ release: Release, for service: Service) async throws(Problem) -> Timestamp? {
        let (reference, digest) = try EngineImages.parts(of: release)
        guard isBuiltHere(service) else {
            return try await registries.published(reference, digest, for: service)
        }
        return try await engine.image(id: digest)?.created.flatMap { Timestamp(imageMade: $0) }
    }

    package func release(of container: Container, for service: Service) async throws(Problem) -> Release {
        try await release(
            ofImage: container.imageID, called: container.imageReference, container.runningImage, for: service)
    }

    /// `reference` is what the image is followed by, where that is known; `written` what stands for it otherwise.
    func release(
        ofImage imageID: String, called written: String, _ reference: ImageReference?, for service: Service
    ) async throws(Problem) -> Release {
        let reference = reference ?? service.image
        let id = try Digest(imageID)
        let shown = reference?.familiar ?? written
        guard !isBuiltHere(service), let reference, let image = try await engine.image(id: id) else {
            return .image(reference: shown, digest: id.description)
        }
        // Several digests may stand for the same content; what the container was made from is the one to tell.
        let pinned = try? ImageReference(written).digest
        return .image(reference: shown, digest: image.digest(in: reference, preferring: pinned).description)
    }

    package func fetch(
        _ release: Release, for service: Service, _ steps: DeploySteps
    ) async throws(Problem) -> String {
        let (reference, digest) = try EngineImages.parts(of: release)
        if isBuiltHere(service) {
            guard let image = try await engine.image(id: digest) else {
                throw Problem(
                    .notFound,
                    "services.\(service.name): the engine no longer has the image \(digest.short) of \(reference.familiar)"
                )
            }
            return image.id.description
        }
        let pinned = reference.pinned(to: digest)
        // The way back must not depend on a registry, nor on whether its credentials can be found.
        if let image = try await engine.image(pinned) { return image.id.description }
        let found = try await registries.credentials(for: reference, of: service)
        let image = try await engine.pull(pinned, found?.credentials) { steps.report(.layer($0)) }
        return image.id.description
    }

    package func defaults(ofImage id: String) async throws(Problem) -> JSON? {
        try await engine.image(id: try Digest(id))?.configuration
    }

    package func name(of release: Release, id: String, for service: Service) async throws(Problem) -> String {
        let (reference, digest) = try EngineImages.parts(of: release)
        guard isBuiltHere(service) else { return reference.pinned(to: digest).familiar }
        // The tag may have gone on to another image, when an older one is to come back.
        let isCurrent = try await engine.image(reference)?.id.description == id
        return isCurrent ? reference.familiar : id
    }

    package func name(ofSame container: Container) async throws(Problem) -> String {
        guard let written = try? ImageReference(container.imageReference) else { return container.imageID }
        let isCurrent = try await engine.image(written)?.id.description == container.imageID
        return isCurrent ? container.imageReference : container.imageID
    }

    // MARK: - Keeping

    @discardableResult
    package func keep(_ id: String, for service: Service) async throws(Problem) -> ImageReference {
        let tag = try EngineImages.keepTag(id, service)
        try await engine.tag(try Digest(id), as: tag)
        return tag
    }

    package func keepOnly(_ ids: [String], for service: Service) async throws(Problem) {
        var wanted: Set<String> = []
        for id in ids { wanted.insert(try EngineImages.keepTag(id, service).familiar) }
        let filter: JSON = ["reference": [.string(EngineImages.keeper)]]
        let images = try await engine.get("/images/json", [("filters", filter.text)]).array ?? []
        for name in images.flatMap({ $0["RepoTags"]?.array ?? [] }).compactMap(\.string)
        where name.hasPrefix("\(EngineImages.keeper):\(service.name)-") && !wanted.contains(name) {
            // Another service may be called "NAME-…": its tags end in something else than a digest's beginning.
            let rest = name.dropFirst(EngineImages.keeper.count + service.name.utf8.count + 2)
            guard rest.utf8.count == 12, rest.allSatisfy(\.isHexDigit) else { continue }
            try await letGo(try ImageReference(name))
        }
    }

    private func letGo(_ reference: ImageReference) async throws(Problem) {
        do throws(Problem) {
            try await engine.removeTag(reference)
        } catch {
            // Some container still uses it, so it is needed.
            guard error.code == .conflict else { throw error }
        }
    }

    private static func keepTag(_ id: String, _ service: Service) throws(Problem) -> ImageReference {
        try ImageReference(keeper).tagged("\(service.name)-\(try Digest(id).short)")
    }

    // MARK: - Parts

    private func isBuiltHere(_ service: Service) -> Bool {
        if case .container(let definition) = service.kind { definition.pull == .never } else { false }
    }

    private static func parts(of release: Release) throws(Problem) -> (ImageReference, Digest) {
        guard case .image(let reference, let digest) = release else {
            throw Problem(.invalid, "\(release.shortText) is no image")
        }
        return (try ImageReference(reference), try Digest(digest))
    }
}
