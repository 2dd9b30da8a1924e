import Glibc
package import Model
import Synchronization

/// Looks at an engine for containers that describe themselves by labels. One call, and one more for each image that was
/// not there at the last look.
package final class LabelSearch: Sendable {
    private let engine: Engine
    /// The labels of images, by their ids.
    private let images = Mutex<[String: [String: String]]>([:])

    /// For all calls of a look.
    private let patience: Duration
    /// On the containers of a Swarm service.
    private static let taskLabel = "com.docker.swarm.task.id"

    package init(_ engine: Engine, patience: Duration = .seconds(5)) {
        self.engine = engine
        self.patience = patience
    }

    package func look() async -> Sighting {
        let search = Task { () async -> Result<Sighting.Seen, Problem> in
            do throws(Problem) { return .success(try await seen()) } catch { return .failure(error) }
        }
        let alarm = Task { [patience] in
            do { try await Task.sleep(for: patience) } catch { return }
            search.cancel()
        }
        let result = await withTaskCancellationHandler {
            await search.value
        } onCancel: {
            search.cancel()
        }
        alarm.cancel()
        switch result {
        case .success(let seen): return .seen(seen)
        case .failure(let problem) where problem.code == .interrupted:
            return .unknown(
                Problem(
                    .unreachable,
                    "the engine at \(engine.address) does not answer within \(patience.text)"))
        case .failure(let problem): return engine.address.isAbsent ? .absent(problem) : .unknown(problem)
        }
    }

    private func seen() async throws(Problem) -> Sighting.Seen {
        let filters: JSON = ["label": [.string(LabelledContainer.switchLabel)]]
        let list = try await engine.get("/containers/json", [("all", "1"), ("filters", filters.text)]).array ?? []
        try await learnImages(Set(list.compactMap { $0["ImageID"]?.string }))
        var seen = Sighting.Seen()
        for container in list { add(container, to: &seen) }
        seen.containers.sort { $0.name < $1.name }
        seen.notes.sort()
        return seen
    }

    private func add(_ json: JSON, to seen: inout Sighting.Seen) {
        // Links of other containers are names too, with two slashes.
        let names = (json["Names"]?.array ?? []).compactMap { $0.string?.drop { $0 == "/" } }
        guard let found = names.first(where: { !$0.contains("/") }) else { return }
        let name = String(found)
        let labels = LabelSearch.labels(json["Labels"])
        if let original = Part.original(of: name) {
            seen.moved.append(Sighting.Moved(name: name, original: original))
            return
        }
        guard labels[LabelSearch.taskLabel] == nil else {
            seen.notes.append(
                "container \(name): it is a task of a Swarm service, which makes and removes it: its labels do nothing")
            return
        }
        let own = owned(labels, of: name, image: json["ImageID"]?.string ?? "", &seen.notes)
        guard own[LabelledContainer.switchLabel] != nil else { return }
        seen.containers.append(LabelledContainer(name: name, labels: own))
    }

    /// Without those that the image has the same: whoever made the image is not whose machine this is.
    private func owned(
        _ labels: [String: String], of name: String, image: String, _ notes: inout [String]
    ) -> [String: String] {
        let prefix = LabelledContainer.prefix + "."
        let all = labels.filter { $0.key.hasPrefix(prefix) }
        guard let inherited = images.withLock({ $0[image] }) else {
            notes.append("container \(name): its image is gone, so that all of its labels are taken for its owner's")
            return all
        }
        let foreign = all.filter { inherited[$0.key] == $0.value }.keys.sorted()
        if !foreign.isEmpty {
            notes.append(
                "container \(name): its image sets \(foreign.joined(separator: ", ")) to the same, so that does nothing: only "
                    + "what the container's owner sets counts")
        }
        return all.filter { inherited[$0.key] != $0.value }
    }

    /// An image never changes, and is forgotten when no such container has it.
    private func learnImages(_ ids: Set<String>) async throws(Problem) {
        var known = images.withLock { $0.filter { ids.contains($0.key) } }
        for id in ids.sorted() where known[id] == nil {
            let digest: Digest
            do throws(Problem) { digest = try Digest(id) } catch { continue }
            known[id] = try await engine.image(id: digest).map { LabelSearch.labels($0.configuration["Labels"]) }
        }
        let learnt = known
        images.withLock { $0 = learnt }
    }

    private static func labels(_ json: JSON?) -> [String: String] {
        Dictionary((json?.object?.pairs ?? []).map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
    }
}

extension EngineAddress {
    /// There is not even a socket, as on a machine without an engine.
    var isAbsent: Bool { unixSocket.map { access($0, F_OK) != 0 } ?? false }
}
