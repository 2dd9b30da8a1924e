import Model

/// The networks of a container with what its owner chose in each: aliases, fixed addresses, options.
struct BlueprintNetworks {
    let endpoints: [Blueprint.Endpoint]
    /// The hardware address stands beside the networks, as the API had it before 1.44.
    let takesAddressFromConfig: Bool

    init(of old: Container, api: APIVersion) {
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
            if isPrimary, !takesAddressFromConfig, let chosenAddress {
                settings["MacAddress"] = .string(chosenAddress)
            }
            let endpoint = Blueprint.Endpoint(network: network.key, settings: .object(settings))
            if isPrimary { found.insert(endpoint, at: 0) } else { found.append(endpoint) }
        }
        // With the usual network alone there is nothing that could be chosen but the address.
        let isPlain = found.count == 1 && found[0].network == "bridge" && found[0].settings == .object(JSON.Members())
        endpoints = isPlain ? [] : found
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
