import Model

/// What hooks are told of a container. The names are a contract: plugins/_meta/grapnel.lua lists them.
struct ContainerDescription {
    let container: Container
    let digest: String?
    /// Passwords are what environments are mostly used for: they are shown to those who ask.
    let showsEnvironment: Bool
    /// With all that the engine says of it.
    let isWhole: Bool

    var json: JSON {
        var members = JSON.Members([
            ("id", .string(container.id)), ("name", .string(container.name)),
            ("image", .string(container.imageReference)), ("image_id", .string(container.imageID)),
            ("digest", JSON(digest)), ("status", state["Status"] ?? "unknown"),
            ("running", .bool(container.isRunning)), ("health", JSON(container.healthStatus)),
            ("health_output", JSON(container.healthOutput)),
            ("exit_code", container.isRunning ? .null : .integer(Int64(container.exitCode))),
            ("restart_count", .integer(Int64(container.restartCount))),
            ("created_at", moment(container.json["Created"])), ("started_at", moment(state["StartedAt"])),
            ("finished_at", moment(state["FinishedAt"])),
            (
                "labels",
                .object(JSON.Members(container.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            ),
            ("networks", networks), ("ports", ports),
        ])
        if showsEnvironment { members["env"] = environment }
        if isWhole { members["raw"] = raw }
        return .object(members)
    }

    private var state: JSON { container.json["State"] ?? .null }
    private var settings: JSON { container.json["NetworkSettings"] ?? .null }

    /// The engine has the year 1 for what has not happened.
    private func moment(_ json: JSON?) -> JSON {
        guard let text = json?.string, !text.isEmpty, !text.hasPrefix("0001-01-01T") else { return .null }
        return .string(text)
    }

    /// An address is there while the container runs.
    private var networks: JSON {
        let pairs = (settings["Networks"]?.object?.pairs ?? []).map { pair -> (String, JSON) in
            let aliases = pair.value["Aliases"]?.array ?? []
            return (
                pair.key,
                [
                    "ip": address(pair.value["IPAddress"]), "ipv6": address(pair.value["GlobalIPv6Address"]),
                    "aliases": .array(aliases),
                ]
            )
        }
        return .object(JSON.Members(pairs))
    }

    private func address(_ json: JSON?) -> JSON {
        guard let text = json?.string, !text.isEmpty else { return .null }
        return .string(text)
    }

    /// One entry for each place at which a port is published; one without a place for a port that is only exposed.
    private var ports: JSON {
        var list: [JSON] = []
        for pair in settings["Ports"]?.object?.pairs ?? [] {
            let parts = pair.key.split(separator: "/")
            guard let port = parts.first.flatMap({ Int64($0) }) else { continue }
            let own: [(String, JSON)] = [
                ("port", .integer(port)), ("protocol", .string(parts.count > 1 ? String(parts[1]) : "tcp")),
            ]
            let places = pair.value.array ?? []
            if places.isEmpty { list.append(.object(JSON.Members(own))) }
            for place in places {
                list.append(
                    .object(
                        JSON.Members(
                            own + [
                                ("host_ip", address(place["HostIp"])),
                                (
                                    "host_port",
                                    place["HostPort"]?.string.flatMap { Int64($0) }.map(JSON.integer) ?? .null
                                ),
                            ])))
            }
        }
        return .array(list)
    }

    private var environment: JSON {
        let pairs = (container.config["Env"]?.array ?? []).compactMap(\.string).map { entry -> (String, JSON) in
            let name = entry.prefix { $0 != "=" }
            return (String(name), .string(String(entry.dropFirst(name.count + 1))))
        }
        return .object(JSON.Members(pairs))
    }

    private var raw: JSON {
        guard !showsEnvironment, case .object(var members) = container.json,
            case .object(var config)? = members["Config"]
        else { return container.json }
        config["Env"] = nil
        members["Config"] = .object(config)
        return .object(members)
    }
}
