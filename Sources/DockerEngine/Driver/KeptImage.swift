import Lifecycle
import Model

/// One image that has tags by which services have kept it.
struct KeptImage: Sendable {
    struct Tag: Hashable, Sendable {
        let reference: ImageReference
        let service: String
    }

    let image: Image
    let tags: [Tag]

    var services: Set<String> { Set(tags.map(\.service)) }

    /// In the order of their services.
    static func all(_ engine: Engine) async throws(Problem) -> [KeptImage] {
        let filter: JSON = ["reference": [.string(EngineImages.keeper)]]
        var found: [KeptImage] = []
        for listed in try await engine.get("/images/json", [("filters", filter.text)]).array ?? [] {
            // What it is called now: somebody may be at work here.
            guard let id = listed["Id"]?.string, let image = try await engine.image(id: try Digest(id)) else {
                continue
            }
            let tags = image.tags.compactMap { tag($0, of: image) }
            if !tags.isEmpty { found.append(KeptImage(image: image, tags: tags)) }
        }
        return found.sorted { ($0.tags[0].service, "\($0.image.id)") < ($1.tags[0].service, "\($1.image.id)") }
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
