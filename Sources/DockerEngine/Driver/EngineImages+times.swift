import Lifecycle
import Model

/// The tags of a repository, when they were pushed.
struct RegistryTimes: TagTimes {
    let registries: any ImageRegistries
    let reference: ImageReference
    let service: Service

    func times(of tags: [String]) async throws(Problem) -> [String: Timestamp] {
        try await registries.times(of: tags, in: reference, for: service)
    }
}

/// The tags of images that were built on the engine, and when that was.
struct BuiltTags: TagTimes {
    let engine: Engine
    let repository: ImageReference

    func times(of tags: [String]) async throws(Problem) -> [String: Timestamp] {
        let wanted = Set(tags)
        return try await all().filter { wanted.contains($0.key) && $0.value.isOfImage }
    }

    func all() async throws(Problem) -> [String: Timestamp] {
        let filter: JSON = ["reference": [.string(repository.familiarRepository)]]
        var found: [String: Timestamp] = [:]
        for image in try await engine.get("/images/json", [("filters", filter.text)]).array ?? [] {
            let seconds = min(max(image["Created"]?.integer ?? 0, 0), 100_000_000_000)
            let created = Timestamp(microseconds: seconds * 1_000_000)
            for name in image["RepoTags"]?.array?.compactMap(\.string) ?? [] {
                guard let reference = try? ImageReference(name), reference.repository == repository.repository,
                    let tag = reference.tag
                else { continue }
                found[tag] = created
            }
        }
        return found
    }
}
