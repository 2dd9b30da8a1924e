package import Model

/// What a container has to be made from so that it is the old one with another image: all that its owner chose, and
/// nothing that came from the old image or was made up by the engine.
package struct Blueprint: Hashable, Sendable {
    /// Of one network that it is connected to.
    package struct Endpoint: Hashable, Sendable {
        package let network: String
        package let settings: JSON
    }

    /// For `create`, but for the networks.
    let body: JSON.Members
    /// The first is the one of its network mode. Empty for modes without networks.
    let endpoints: [Endpoint]

    /// `follows` and `runs` are references without a digest, for the labels that say them. `defaults` is the
    /// configuration of the old container's image; nil when that is gone, so that everything is taken for chosen.
    /// `inherited` are the places that come from other containers (`--volumes-from`). `version` is the engine's that made
    /// the old one.
    package init(
        of old: Container, image: String, follows: String?, runs: String?, defaults: JSON?,
        inherited: Set<String> = [], by version: EngineVersion, api: APIVersion
    ) {
        var body = BlueprintConfig(of: old, defaults: defaults).members
        body["Image"] = .string(image)
        var labels = body["Labels"]?.object ?? JSON.Members()
        labels[Container.followsLabel] = follows.map { JSON.string($0) }
        labels[Container.runsLabel] = nil
        if let runs, runs != follows { labels[Container.runsLabel] = .string(runs) }
        body["Labels"] = .object(labels)
        body["HostConfig"] = BlueprintVolumes(of: old, inherited: inherited).hostConfig
        let networks = BlueprintNetworks(of: old, by: version, api: api)
        if !networks.takesAddressFromConfig { body["MacAddress"] = nil }
        self.body = body
        endpoints = networks.endpoints
    }

    /// Before API 1.44 a container is made with one network, and connected to the others after that.
    package func createBody(_ api: APIVersion) -> JSON {
        var body = body
        let first = endpoints.prefix(api < APIVersion(1, 44) ? 1 : endpoints.count)
        if !first.isEmpty {
            body["NetworkingConfig"] = [
                "EndpointsConfig": .object(JSON.Members(first.map { ($0.network, $0.settings) }))
            ]
        }
        return .object(body)
    }

    /// What has to be connected when it has been made.
    package func laterEndpoints(_ api: APIVersion) -> [Endpoint] {
        api < APIVersion(1, 44) ? Array(endpoints.dropFirst()) : []
    }
}
