import Model
import YAML

/// A project as compose itself understands it: what `docker compose config` prints.
struct ComposeConfiguration {
    private let root: YAML.Node

    init(_ output: [UInt8]) throws(Problem) {
        var limits = YAML.Limits()
        limits.bytes = 8 << 20
        root = try YAML.parse(output, file: "docker compose config", limits: limits)
    }

    /// The first thing that is not the same, as a path; the images of the services do not count.
    func difference(from before: ComposeConfiguration, besidesImagesOf services: [String]) -> String? {
        let allowed = Set(services)
        return ModelDifference.places(before.root, root, file: "").first { !$0.isImage(of: allowed) }?.path
    }

    /// Whether the files say how many containers a service has.
    func saysScale(of service: String) -> Bool {
        let node = root["services"]?[service]
        return node?["scale"] != nil || node?["deploy"]?["replicas"] != nil
    }

    /// What they depend on, and what that depends on, besides themselves.
    func dependencies(of services: [String]) -> [String] {
        var found: [String] = []
        var rest = services
        while let service = rest.popLast() {
            let node = root["services"]?[service]?["depends_on"]
            let names = node?.mapping?.map(\.name) ?? node?.sequence?.compactMap { $0.scalar?.text } ?? []
            for name in names where !services.contains(name) && !found.contains(name) {
                found.append(name)
                rest.append(name)
            }
        }
        return found
    }

    /// Those that live in the namespaces of the services, or in those of these again: they do not survive that those are
    /// made anew.
    func dependents(of services: [String]) -> [String] {
        var found: [String] = []
        var hosts = services
        while let host = hosts.popLast() {
            for pair in root["services"]?.mapping ?? []
            where !services.contains(pair.name) && !found.contains(pair.name) {
                let modes = ["network_mode", "pid", "ipc"].compactMap { pair.value[$0]?.scalar?.text }
                guard modes.contains("service:\(host)") else { continue }
                found.append(pair.name)
                hosts.append(pair.name)
            }
        }
        return found
    }
}
