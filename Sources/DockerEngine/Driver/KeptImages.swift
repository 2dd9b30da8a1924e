import HTTPClient
package import Lifecycle
package import Model

/// The images that `EngineImages` has kept by tags of its own, or had until they were old, and what of them nobody needs
/// any more.
///
/// Only what has such a tag, or is in the history of a service and has no tag at all, is known to have been brought by this
/// program, or to have run as a service of it: nothing else is ever removed. Nothing is forced: an image that a container
/// was made from stays, and so does one that has a name of somebody else's.
package struct KeptImages: ReleaseKeeper {
    private let connect: @Sendable () throws(Problem) -> Engine

    /// The engine may well not be needed, and its address not be understood, until somebody asks.
    package init(_ connect: @escaping @Sendable () throws(Problem) -> Engine) { self.connect = connect }

    package func prune(_ order: PruneOrder) async throws(Problem) -> PruneReport {
        let engine = try connect()
        let kept = try await KeptImage.all(order, engine)
        for name in order.named ?? [] where !order.known.contains(name) {
            guard !kept.contains(where: { $0.services.contains(name) }) else { continue }
            throw Problem.unknownService(name, among: Array(order.known))
        }
        var entries: [PruneReport.Entry] = []
        var before: Int64??
        for image in kept {
            if let reason = try await obstacle(to: image, order, engine) {
                entries.append(image.entry(.stays, reason))
                continue
            }
            if order.isDryRun {
                entries.append(image.foreseen)
                continue
            }
            if before == nil { before = .some(await KeptImages.size(engine)) }
            entries.append(await remove(image, engine))
        }
        // A second look, since what an image shares with others stays.
        var freed: Int64?
        if case .some(.some(let size)) = before, let after = await KeptImages.size(engine) {
            freed = max(0, size - after)
        }
        let isIdle = !entries.contains { $0.fate != .stays }
        return PruneReport(
            entries: entries, isDryRun: order.isDryRun, freed: isIdle && !order.isDryRun ? 0 : freed,
            nameless: try await KeptImages.nameless(engine, besides: Set(kept.map { "\($0.image.id)" })))
    }

    // MARK: - What stays

    /// Why it stays; nil when it may go.
    private func obstacle(
        to image: KeptImage, _ order: PruneOrder, _ engine: Engine
    ) async throws(Problem) -> String? {
        for service in image.services.sorted() {
            if let named = order.named {
                guard named.contains(service) else {
                    return "it \(image.tags.isEmpty ? "was" : "is") kept for \(service), which was not named"
                }
            } else if !order.known.contains(service) {
                return
                    "nothing is known of \(service) here: it may be another agent's; grapnel prune \(service) removes it"
            }
            if let reason = order.untouched[service] { return reason }
        }
        if let need = order.needs.first(where: { image.is($0.release) }) { return "it is \(need.reason)" }
        let users = try await engine.containers(using: image.image)
        return users.first.map { "the container \"\($0)\" was made from it" }
    }

    // MARK: - What goes

    /// The tags first: whatever stands against it then leaves an image that is no longer kept, and no half of one. Then the
    /// digests by which it was pulled, unless it has a name that somebody else gave it, if only just now.
    private func remove(_ kept: KeptImage, _ engine: Engine) async -> PruneReport.Entry {
        do throws(Problem) {
            for tag in kept.tags { try await engine.removeTag(tag.reference) }
            guard let left = try await engine.image(id: kept.image.id) else { return kept.entry(.removed) }
            let rest: PruneReport.Fate = kept.tags.isEmpty ? .stays : .released
            if let name = left.tags.first { return kept.entry(rest, "it is \(name.familiar) too, and stays") }
            for digest in left.repositoryDigests { try await engine.removeTag(digest) }
            // As one that was built here, it may have had no digest either.
            if kept.tags.isEmpty, left.repositoryDigests.isEmpty { try await engine.removeImage(id: left.id) }
            guard try await engine.image(id: kept.image.id) != nil else { return kept.entry(.removed) }
            return kept.entry(rest, "the engine still has it")
        } catch {
            return kept.entry(.stays, "\(error)")
        }
    }

    // MARK: - The engine's own account

    /// How much all images take together, what they share counted once. Nil when it does not say.
    private static func size(_ engine: Engine) async -> Int64? {
        // Older engines know no types and look at volumes too, which may take long.
        try? await engine.get("/system/df", [("type", "image")], timeout: .seconds(120))["LayersSize"]?.integer
    }

    /// `known` are those of which it is known whose they are.
    private static func nameless(_ engine: Engine, besides known: Set<String>) async throws(Problem) -> Int {
        let filter: JSON = ["dangling": ["true"]]
        let images = try await engine.get("/images/json", [("filters", filter.text)]).array ?? []
        let containers = try await engine.get("/containers/json", [("all", "1")]).array ?? []
        let others = known.union(containers.compactMap { $0["ImageID"]?.string })
        return images.count { !others.contains($0["Id"]?.string ?? "") }
    }
}
