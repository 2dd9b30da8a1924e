import Lifecycle
import Model

/// One image that has tags by which services have kept it, or that has been theirs and has no name any more.
struct KeptImage: Sendable {
    struct Tag: Hashable, Sendable {
        let reference: ImageReference
        let service: String
    }

    let image: Image
    let tags: [Tag]
    let services: Set<String>

    /// In the order of their services.
    static func all(_ order: PruneOrder, _ engine: Engine) async throws(Problem) -> [KeptImage] {
        let found = try await tagged(engine) + nameless(order, engine)
        return found.sorted {
            ($0.services.min() ?? "", "\($0.image.id)") < ($1.services.min() ?? "", "\($1.image.id)")
        }
    }

    private static func tagged(_ engine: Engine) async throws(Problem) -> [KeptImage] {
        let filter: JSON = ["reference": [.string(EngineImages.keeper)]]
        var found: [KeptImage] = []
        for listed in try await engine.get("/images/json", [("filters", filter.text)]).array ?? [] {
            // What it is called now: somebody may be at work here.
            guard let id = listed["Id"]?.string, let image = try await engine.image(id: try Digest(id)) else {
                continue
            }
            let tags = image.tags.compactMap { tag($0, of: image) }
            guard !tags.isEmpty else { continue }
            found.append(KeptImage(image: image, tags: tags, services: Set(tags.map(\.service))))
        }
        return found
    }

    /// Former releases that are kept no longer and that nobody has given a tag: with the tag that kept it, an older
    /// release loses its last one. That a digest is left is how it was pulled.
    private static func nameless(_ order: PruneOrder, _ engine: Engine) async throws(Problem) -> [KeptImage] {
        guard !order.past.isEmpty else { return [] }
        var found: [KeptImage] = []
        for listed in try await engine.get("/images/json").array ?? [] {
            guard let id = listed["Id"]?.string else { continue }
            let digests = (listed["RepoDigests"]?.array ?? []).compactMap { $0.string?.split(separator: "@").last }
            let services = Set(([id] + digests.map(String.init)).flatMap { order.past[$0] ?? [] })
            guard !services.isEmpty, let image = try await engine.image(id: try Digest(id)), image.tags.isEmpty
            else { continue }
            found.append(KeptImage(image: image, tags: [], services: services))
        }
        return found
    }

    /// Nil for a name that this program has not made: its end is the beginning of what the image is called.
    private static func tag(_ reference: ImageReference, of image: Image) -> Tag? {
        guard reference.familiarRepository == EngineImages.keeper, let tag = reference.tag,
            tag.hasSuffix("-\(image.id.short)")
        else { return nil }
        let service = tag.dropLast(image.id.short.utf8.count + 1)
        return service.isEmpty ? nil : Tag(reference: reference, service: String(service))
    }

    /// By the digest that its registry has for it, or by its id where it was built here.
    func `is`(_ release: Release) -> Bool {
        guard case .image(_, let digest) = release else { return false }
        return image.id.description == digest
            || image.repositoryDigests.contains { $0.digest?.description == digest }
    }

    // MARK: - For people

    private var othersNames: [ImageReference] { image.tags.filter { tag in !tags.contains { $0.reference == tag } } }

    private var name: String {
        if let name = othersNames.first { return name.familiar }
        guard let known = image.repositoryDigests.first, let digest = known.digest else { return image.id.short }
        return "\(known.familiarRepository)@\(digest.short)"
    }

    func entry(_ fate: PruneReport.Fate, _ reason: String? = nil) -> PruneReport.Entry {
        PruneReport.Entry(
            services: services.sorted(), image: name, fate: fate, size: image.size, reason: reason)
    }

    /// What would come of it.
    var foreseen: PruneReport.Entry {
        othersNames.isEmpty ? entry(.removed) : entry(.released, "it is \(othersNames[0].familiar) too, and stays")
    }
}
