import Model

/// How to tell whether a container works, guessed from what it has.
struct AdoptedHealth {
    let lines: [String]

    init(_ container: Container) {
        if container.healthCheck != nil {
            let test = container.config["Healthcheck"]?["Test"]?.array?.dropFirst().compactMap(\.string) ?? []
            lines = [
                "# Its own health check decides: \(Adoption.harmless(test.joined(separator: " ")))",
                "health: { stable: 10s, grace: 60s }",
            ]
            return
        }
        let addresses = AdoptedHealth.addresses(container)
        guard !addresses.isEmpty else {
            lines = [
                "# It has no health check and publishes no port: to run for `stable` is enough.",
                "health: { stable: 10s, grace: 60s }",
            ]
            return
        }
        lines =
            [
                "# It has no health check: to run for `stable` is enough. One of these lines in its place asks more:"
            ]
            + addresses.flatMap { address in
                ["# health: { http: \"http://\(address)/\" }", "# health: { tcp: \"\(address)\" }"]
            } + ["health: { stable: 10s, grace: 60s }"]
    }

    /// Where this machine reaches its published ports: a few of them.
    private static func addresses(_ container: Container) -> [String] {
        var addresses: [String] = []
        let ports =
            container.isRunning ? container.json["NetworkSettings"]?["Ports"] : container.hostConfig["PortBindings"]
        for port in ports?.object?.pairs ?? [] where port.key.hasSuffix("/tcp") {
            for binding in port.value.array ?? [] {
                guard let number = binding["HostPort"]?.string.flatMap({ UInt16($0) }), number > 0 else { continue }
                let host = binding["HostIp"]?.string ?? ""
                let reached = ["", "0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
                let address = reached.contains(":") ? "[\(reached)]:\(number)" : "\(reached):\(number)"
                if !addresses.contains(address) { addresses.append(Adoption.harmless(address)) }
            }
        }
        return Array(addresses.prefix(4))
    }
}
