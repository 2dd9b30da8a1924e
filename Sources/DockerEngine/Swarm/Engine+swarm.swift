import Model

extension Engine {
    /// By its full name, as in `shop_api`; nil when there is none. `.unsupported` where the engine is no manager.
    func swarmService(_ name: String) async throws(Problem) -> SwarmService? {
        let filters: JSON = ["name": [.string(name)]]
        let list: JSON
        do throws(Problem) {
            list = try await get("/services", [("filters", filters.text), ("status", "true")])
        } catch {
            guard error.message.contains("not a swarm manager") else { throw error }
            throw Problem(
                .unsupported,
                "the engine at \(address) is no manager of a Swarm: run Grapnel on one, or name one in DOCKER_HOST")
        }
        // The filter takes any beginning.
        for entry in list.array ?? [] where entry["Spec"]?["Name"]?.string == name { return try SwarmService(entry) }
        return nil
    }

    func tasks(of service: SwarmService) async throws(Problem) -> [SwarmTask] {
        let filters: JSON = ["service": [.string(service.id)]]
        return (try await get("/tasks", [("filters", filters.text)]).array ?? []).map { SwarmTask(json: $0) }
    }

    /// `version` is what it was when it was read; `.conflict` when it is another by now. Without credentials of ours the
    /// nodes keep those that they have.
    func update(
        _ service: SwarmService, to spec: JSON, _ credentials: RegistryCredentials?, authFrom source: String = "spec"
    ) async throws(Problem) {
        var query = [("version", "\(service.version)")]
        if credentials == nil { query.append(("registryAuthFrom", source)) }
        do throws(Problem) {
            try await post("/services/\(service.id)/update", query, spec, headers: credentials?.headers ?? [])
        } catch {
            guard error.message.contains("out of sequence") else { throw error }
            throw Problem(.conflict, error.message)
        }
    }
}
