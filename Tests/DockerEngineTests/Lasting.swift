import DockerEngine
import Model

/// What a container is, without what differs between any two that were made alike: each value of its description by the
/// place where it stands.
struct Lasting {
    private let values: [String: String]

    /// Of each two containers other: who it is, where its files lie, when it did what, and which address it was given.
    private static let passing: Set<String> = [
        "Id", "Created", "State", "Image", "RestartCount", "GraphDriver", "ExecIDs",
        "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
        "NetworkSettings.SandboxID", "NetworkSettings.SandboxKey", "NetworkSettings.EndpointID",
        "NetworkSettings.IPAddress", "NetworkSettings.MacAddress",
    ]
    private static let passingInNetwork: Set<String> = ["EndpointID", "IPAddress", "MacAddress"]
    /// What a deploy changes: the image, and the label that says what it follows. `release` is on the tests' images.
    private static let moved: Set<String> = [
        "Config.Image", "Config.Labels.grapnel.image", "Config.Labels.grapnel.runs", "Config.Labels.release",
    ]

    init(_ container: Container) {
        var values: [String: String] = [:]
        Lasting.flatten(container.json, "", shortID: container.shortID, into: &values)
        self.values = values
    }

    private static func flatten(_ json: JSON, _ place: String, shortID: String, into values: inout [String: String]) {
        guard !passing.contains(place), !moved.contains(place) else { return }
        if place.hasPrefix("NetworkSettings.Networks."),
            let last = place.split(separator: ".").last, passingInNetwork.contains(String(last))
        {
            return
        }
        switch json {
        // Nothing, and an empty list of something, are the same to the engine.
        case .null, .string(""), .bool(false), .integer(0): return
        case .object(let members):
            for pair in members.pairs {
                flatten(pair.value, place.isEmpty ? pair.key : "\(place).\(pair.key)", shortID: shortID, into: &values)
            }
        case .array(let elements) where place == "Mounts":
            for var mount in elements.compactMap(\.object) {
                let target = mount["Destination"]?.string ?? ""
                // Of volumes no more than how they were asked for.
                mount["Mode"] = nil
                flatten(.object(mount), "Mounts.\(target)", shortID: shortID, into: &values)
            }
        case .array(let elements):
            // In no order, as most of them are told.
            let texts = elements.map { $0.text }.sorted().map { $0.replacing(shortID, with: "ID") }
            if !texts.isEmpty { values[place] = texts.joined(separator: " ") }
        default: values[place] = json.text.replacing(shortID, with: "ID")
        }
    }

    /// One line for each place where the other is another; empty when they are alike.
    func differences(to other: Lasting) -> [String] {
        Set(values.keys).union(other.values.keys).sorted().compactMap { place in
            let (old, new) = (values[place], other.values[place])
            return old == new ? nil : "\(place): \(old ?? "nothing") -> \(new ?? "nothing")"
        }
    }
}
