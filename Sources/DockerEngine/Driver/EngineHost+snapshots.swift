package import Lifecycle
package import Model

/// Containers as they were, for when the program that makes them cannot make them again.
extension EngineHost {
    package func snapshot(
        of container: HostedContainer, image: ImageReference
    ) async throws(Problem) -> JSON? {
        guard let old = try await engine.container(container.id) else { return nil }
        let api = try await engine.spokenVersion()
        let blueprint = Blueprint(
            of: old, image: image.familiar, follows: nil, runs: nil,
            defaults: try await images.defaults(ofImage: old.imageID), by: try await engine.version(), api: api)
        return [
            "id": .string(old.id), "name": .string(old.name), "body": blueprint.createBody(api),
            "networks": .array(
                blueprint.laterEndpoints(api).map { ["network": .string($0.network), "settings": $0.settings] }),
        ]
    }

    package func restore(_ snapshot: JSON, isRunning: Bool) async throws(Problem) {
        guard let id = snapshot["id"]?.string, let name = snapshot["name"]?.string, let body = snapshot["body"] else {
            throw Problem(.corrupt, "journal: how a container was made cannot be read")
        }
        if let bearer = try await engine.container(name), bearer.id != id {
            try await engine.removeKeepingVolumes(bearer.id)
        }
        let there: String
        if let old = try await engine.container(id) {
            if old.name != name { try await engine.rename(id, to: name) }
            there = id
        } else {
            there = try await engine.create(name, body)
            for endpoint in snapshot["networks"]?.array ?? [] {
                guard let network = endpoint["network"]?.string else { continue }
                try await engine.connect(there, to: network, endpoint["settings"] ?? .null)
            }
        }
        if isRunning { try await engine.start(there) }
    }
}
