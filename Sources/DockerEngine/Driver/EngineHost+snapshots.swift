package import Lifecycle
package import Model

/// Containers as they were.
extension EngineHost {
    package func snapshot(of container: HostedContainer, isRunning: Bool) async throws(Problem) -> JSON? {
        guard let old = try await engine.container(container.id) else { return nil }
        let api = try await engine.spokenVersion()
        let blueprint = Blueprint(
            of: old, image: old.imageReference, follows: nil, runs: nil,
            defaults: try await images.defaults(ofImage: old.imageID), by: try await engine.version(), api: api)
        return [
            "id": .string(old.id), "name": .string(old.name), "image": .string(old.imageID),
            "reference": .string(old.imageReference), "running": .bool(isRunning),
            "hosts": .array(old.joined.map { .string($0) }), "body": blueprint.createBody(api),
            "networks": .array(
                blueprint.laterEndpoints(api).map { ["network": .string($0.network), "settings": $0.settings] }),
        ]
    }

    package func restore(_ snapshot: JSON, hosts: [String: String]) async throws(Problem) -> String {
        guard let id = snapshot["id"]?.string, let name = snapshot["name"]?.string, let body = snapshot["body"]?.object
        else { throw Problem(.corrupt, "journal: how a container was made cannot be read") }
        // What lives in the namespaces of one that has been made anew has to be made anew too.
        let isStranded = (snapshot["hosts"]?.array ?? []).compactMap(\.string).contains { host in
            hosts[host].map { $0 != host } ?? false
        }
        var there: String?
        if let old = try await engine.container(id) {
            if isStranded {
                try await engine.removeKeepingVolumes(id)
            } else {
                // A stop that somebody has asked for goes on, and the container looks as if it ran until it is over.
                if old.isRunning, try await engine.isEnding(old) { try await engine.stop(id) }
                there = id
            }
        }
        if let bearer = try await engine.container(name), bearer.id != there {
            try await engine.removeKeepingVolumes(bearer.id)
        }
        if let there {
            if try await engine.container(there)?.name != name { try await engine.rename(there, to: name) }
        } else {
            there = try await make(name, body, snapshot, hosts)
        }
        if snapshot["running"]?.bool == true { try await startPatiently(there ?? id) }
        return there ?? id
    }

    private func make(
        _ name: String, _ members: JSON.Members, _ snapshot: JSON, _ hosts: [String: String]
    ) async throws(Problem) -> String {
        var body = members
        body["Image"] = .string(try await image(snapshot))
        var host = body["HostConfig"]?.object ?? JSON.Members()
        for key in ["NetworkMode", "PidMode", "IpcMode"] {
            guard let mode = host[key]?.string, mode.hasPrefix("container:"),
                let new = hosts[String(mode.dropFirst("container:".count))]
            else { continue }
            host[key] = .string("container:\(new)")
        }
        body["HostConfig"] = .object(host)
        let id = try await engine.create(name, .object(body))
        for endpoint in snapshot["networks"]?.array ?? [] {
            guard let network = endpoint["network"]?.string else { continue }
            try await engine.connect(id, to: network, endpoint["settings"] ?? .null)
        }
        return id
    }

    /// By the name that it had, if that still stands for it; otherwise by its digest, and without one by its id.
    private func image(_ snapshot: JSON) async throws(Problem) -> String {
        let id = snapshot["image"]?.string ?? ""
        guard let written = snapshot["reference"]?.string, let reference = try? ImageReference(written) else {
            return id
        }
        if try await engine.image(reference)?.id.description == id { return written }
        guard let image = try await engine.image(id: try Digest(id)),
            let digest = image.repositoryDigests.first(where: { $0.repository == reference.repository })?.digest
        else { return id }
        return reference.withoutDigest.pinned(to: digest).familiar
    }

    /// It ran before: what keeps it from starting now may pass, as a port that the engine has not let go of yet.
    private func startPatiently(_ id: String) async throws(Problem) {
        let begin = ContinuousClock.now
        while true {
            do throws(Problem) {
                return try await engine.start(id)
            } catch {
                guard error.code != .unreachable, error.code != .interrupted else { throw error }
                let mayPass = EngineRefusal.isTheMachines(error.message)
                guard begin.duration(to: .now) < (mayPass ? .seconds(30) : .seconds(2)) else { throw error }
            }
            try await Engine.pause()
        }
    }
}
