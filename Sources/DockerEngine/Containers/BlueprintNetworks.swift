import Model

/// The networks of a container with what its owner chose in each: aliases, fixed addresses, options.
struct BlueprintNetworks {
    let endpoints: [Blueprint.Endpoint]
    /// The hardware address stands beside the networks, as the API had it before 1.44.
    let takesAddressFromConfig: Bool

    init(of old: Container, by version: EngineVersion, api: APIVersion) {
        takesAddressFromConfig = api < APIVersion(1, 44)
        let mode = old.networkMode
        guard mode != "host", mode != "none", !mode.hasPrefix("container:") else {
            endpoints = []
            return
        }
        let primary = mode == "default" ? "bridge" : mode
        let chosenAddress = old.config["MacAddress"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let networks = old.json["NetworkSettings"]?["Networks"]?.object?.pairs ?? []
        var found: [Blueprint.Endpoint] = []
        for network in networks {
            let isPrimary = network.key == primary || network.value["NetworkID"]?.string == primary
            var settings = BlueprintNetworks.chosen(network.value, of: old)
            if !takesAddressFromConfig {
                let other = BlueprintNetworks.chosenAddress(network.value, version)
                if let address = isPrimary ? chosenAddress : other { settings["MacAddress"] = .string(address) }
            }
            let endpoint = Blueprint.Endpoint(network: network.key, settings: .object(settings))
            if isPrimary { found.insert(endpoint, at: 0) } else { found.append(endpoint) }
        }
        // With the usual network alone there is nothing that could be chosen but the address.
        let isPlain = found.count == 1 && found[0].network == "bridge" && found[0].settings == .object(JSON.Members())
        endpoints = isPlain ? [] : found
    }

    /// In a network that is not the first the engine does not say whether somebody chose the hardware address; until
    /// Docker 28 it makes its own from the IP address. After that chosen and made ones look alike, and none is kept.
    private static func chosenAddress(_ endpoint: JSON, _ version: EngineVersion) -> String? {
        guard let address = endpoint["MacAddress"]?.string, !address.isEmpty,
            let major = version.name.split(separator: ".").first.flatMap({ Int($0) }), major < 28
        else { return nil }
        let bytes = (endpoint["IPAddress"]?.string ?? "").split(separator: ".").compactMap { UInt8($0) }
        let made = ([0x02, 0x42] + bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
        return address == made ? nil : address
    }

    private static func chosen(_ endpoint: JSON, of old: Container) -> JSON.Members {
        var members = JSON.Members()
        if let address = endpoint["IPAMConfig"]?.object, !address.isEmpty { members["IPAMConfig"] = .object(address) }
        // The engine adds the container's own id.
        let aliases = (endpoint["Aliases"]?.array ?? []).filter { $0.string != old.shortID }
        if !aliases.isEmpty { members["Aliases"] = .array(aliases) }
        if let links = endpoint["Links"]?.array, !links.isEmpty { members["Links"] = .array(links) }
        if let options = endpoint["DriverOpts"]?.object, !options.isEmpty { members["DriverOpts"] = .object(options) }
        if let priority = endpoint["GwPriority"]?.integer, priority != 0 { members["GwPriority"] = .integer(priority) }
        return members
    }
}
