import Model

/// The host's part of a container's settings, with every volume under its name: an anonymous one would otherwise be
/// left behind with the old container, and the new one begin with an empty one.
struct BlueprintVolumes {
    let hostConfig: JSON

    init(of old: Container, inherited: Set<String>) {
        guard var host = old.hostConfig.object else {
            hostConfig = old.hostConfig
            return
        }
        var binds = host["Binds"]?.array ?? []
        var mounts = host["Mounts"]?.array ?? []
        // As the engine itself writes places, without a slash at the end.
        let bound = Set(binds.compactMap { $0.string.flatMap(BlueprintVolumes.destination) })
        for mount in old.json["Mounts"]?.array ?? [] where mount["Type"] == "volume" {
            guard let name = mount["Name"]?.string, let place = mount["Destination"]?.string,
                !bound.contains(place), !inherited.contains(place)
            else { continue }
            if let index = mounts.firstIndex(where: { $0["Target"]?.string.map(BlueprintVolumes.clean) == place }) {
                mounts[index] = BlueprintVolumes.named(mounts[index], name)
            } else {
                let isWritable = mount["RW"]?.bool ?? true
                binds.append(.string("\(name):\(place)\(isWritable ? "" : ":ro")"))
            }
        }
        if !binds.isEmpty { host["Binds"] = .array(binds) }
        if !mounts.isEmpty { host["Mounts"] = .array(mounts) }
        if let links = host["Links"]?.array { host["Links"] = .array(links.map(BlueprintVolumes.link)) }
        hostConfig = .object(host)
    }

    /// `source:destination[:options]`.
    private static func destination(_ bind: String) -> String? {
        let parts = bind.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 2 ? clean(String(parts[1])) : nil
    }

    private static func clean(_ place: String) -> String {
        var place = place
        while place.utf8.count > 1, place.hasSuffix("/") { place.removeLast() }
        return place
    }

    private static func named(_ mount: JSON, _ name: String) -> JSON {
        guard var members = mount.object, members["Source"]?.string ?? "" == "" else { return mount }
        members["Source"] = .string(name)
        return .object(members)
    }

    /// Shown as `/db:/web/database`, asked for as `db:database`.
    private static func link(_ link: JSON) -> JSON {
        guard let parts = link.string?.split(separator: ":"), parts.count == 2 else { return link }
        let alias = parts[1].split(separator: "/").last ?? parts[1]
        return .string("\(parts[0].drop { $0 == "/" }):\(alias)")
    }
}
