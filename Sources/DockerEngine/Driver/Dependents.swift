import Model

/// The containers that live in another one's namespaces (`network_mode: container:`, and the same for `pid` and `ipc`),
/// or are linked to it (`--link`). They hold on to it by its id, so that a new one in its place leaves them without a
/// network or a link, and unable to start.
struct Dependents {
    let engine: Engine

    /// Each after the one that it depends on. A link outlives a restart of what it leads to: there it does not count.
    func of(_ principal: Container, withLinks: Bool = true) async throws(Problem) -> [Container] {
        let all = try await everyContainer()
        var known = [principal]
        var next = 0
        while next < known.count {
            let host = known[next]
            next += 1
            for container in all where !known.contains(where: { $0.id == container.id }) {
                guard container.sharesNamespaces(of: host) || withLinks && container.isLinked(to: host) else {
                    continue
                }
                try refuse(container, principal)
                known.append(container)
            }
        }
        return Array(known.dropFirst())
    }

    /// What those are called that it depends on, also while they are on their way.
    func namesOfHosts(_ container: Container) async throws(Problem) -> Set<String> {
        var names: Set<String> = []
        var next = container.hosts
        while let id = next.popLast() {
            guard let host = try await engine.container(id) else { continue }
            let name = Part.original(of: host.name) ?? host.name
            if names.insert(name).inserted { next += host.hosts }
        }
        return names
    }

    /// The list does not say whose process or IPC namespace a container shares; each is asked.
    private func everyContainer() async throws(Problem) -> [Container] {
        var all: [Container] = []
        for entry in try await engine.get("/containers/json", [("all", "1")]).array ?? [] {
            // It may be gone by now.
            guard let id = entry["Id"]?.string, let container = try await engine.container(id) else { continue }
            all.append(container)
        }
        return all
    }

    private func refuse(_ dependent: Container, _ principal: Container) throws(Problem) {
        let shown = "the container \"\(dependent.name)\", which depends on \"\(principal.name)\","
        if Part.isPassing(dependent.name) {
            throw Problem(.conflict, "\(shown) is being moved by another deploy; try again when that has ended")
        }
        if dependent.isRemovedAtStop {
            throw Problem(
                .unsupported,
                "\(shown) was made with --rm: it would have to be made anew too, and there would be no way back; make "
                    + "it without")
        }
    }
}

extension Container {
    fileprivate func sharesNamespaces(of host: Container) -> Bool { joined.contains { host.id.hasPrefix($0) } }

    fileprivate func isLinked(to host: Container) -> Bool { linked.contains(host.name) }

    /// Names, and ids.
    fileprivate var hosts: [String] { joined + linked }

    /// The ids (by an old engine perhaps abbreviated) of the containers whose namespaces it shares.
    var joined: [String] {
        ["NetworkMode", "PidMode", "IpcMode"].compactMap { key in
            guard let mode = hostConfig[key]?.string, mode.hasPrefix("container:") else { return nil }
            let id = mode.dropFirst("container:".count)
            return id.count >= 12 ? String(id) : nil
        }
    }

    /// The names of those that it is linked to in the usual network: in others the engine looks for the name each time,
    /// and lists the link elsewhere.
    private var linked: [String] {
        // As in `/database:/web/alias`.
        (hostConfig["Links"]?.array ?? []).compactMap { link in
            link.string?.split(separator: ":").first.map { String($0.drop { $0 == "/" }) }
        }
    }
}
