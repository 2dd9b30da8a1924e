package import Model

extension Engine {
    /// By name or id; nil when there is none.
    package func container(_ name: String) async throws(Problem) -> Container? {
        do throws(Problem) {
            let found = try Container(try await get("/containers/\(URLText.escaped(name))/json"))
            // The engine takes any beginning of an id as well: a stranger's may begin with what is a name, such as "db".
            let isMeant = found.name == name || found.id == name || name.count >= 12 && found.id.hasPrefix(name)
            return isMeant ? found : nil
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Answers its id.
    package func create(_ name: String, _ body: JSON) async throws(Problem) -> String {
        let answer = try await post("/containers/create", [("name", name)], body)
        guard let id = answer["Id"]?.string else {
            throw Problem(.invalid, "the engine: it made the container \"\(name)\" and did not say which")
        }
        return id
    }

    /// Nothing happens when it runs already.
    package func start(_ id: String) async throws(Problem) {
        try await post("/containers/\(id)/start", timeout: .seconds(120))
    }

    /// With the signal and the patience that the container itself asks for. Returns when it has stopped, also when
    /// somebody else had begun to stop it.
    package func stop(_ id: String) async throws(Problem) { try await post("/containers/\(id)/stop", timeout: nil) }

    package func unpause(_ id: String) async throws(Problem) { try await post("/containers/\(id)/unpause") }

    package func rename(_ id: String, to name: String) async throws(Problem) {
        try await post("/containers/\(id)/rename", [("name", name)])
    }

    package func setRestartPolicy(_ policy: JSON, of id: String) async throws(Problem) {
        try await post("/containers/\(id)/update", [], ["RestartPolicy": policy])
    }

    package func connect(_ id: String, to network: String, _ endpoint: JSON) async throws(Problem) {
        try await post(
            "/networks/\(URLText.escaped(network))/connect", [], ["Container": .string(id), "EndpointConfig": endpoint])
    }

    /// With the volumes that nobody has given a name. Nothing happens when it is gone already.
    package func removeWithAnonymousVolumes(_ id: String) async throws(Problem) {
        for _ in 0..<20 {
            do throws(Problem) {
                return try await remove(id, [("force", "1"), ("v", "1")])
            } catch {
                // It ended between the engine's look and its kill, as one that restarts again and again does.
                guard error.message.contains("is not running") else { throw error }
            }
            try await Engine.pause()
        }
        try await remove(id, [("force", "1"), ("v", "1")])
    }

    /// Whether it runs or not.
    package func removeKeepingVolumes(_ id: String) async throws(Problem) { try await remove(id, [("force", "1")]) }

    /// Its volumes stay. Fails when it runs.
    package func removeStopped(_ id: String) async throws(Problem) { try await remove(id, []) }

    private func remove(_ id: String, _ query: [(String, String)]) async throws(Problem) {
        do throws(Problem) {
            try await delete("/containers/\(id)", query)
        } catch {
            guard error.code != .notFound else { return }
            // Somebody else is at it, perhaps the call of an agent that was killed; until they are done it is there.
            guard error.code == .conflict, error.message.contains("already in progress") else { throw error }
            guard try await isGone(id) else { throw error }
        }
    }

    private func isGone(_ id: String) async throws(Problem) -> Bool {
        for _ in 0..<240 {
            guard try await container(id) != nil else { return true }
            try await Engine.pause()
        }
        return false
    }

    /// Between two looks at what the engine is busy with.
    static func pause() async throws(Problem) {
        do { try await Task.sleep(for: .milliseconds(250)) } catch {
            throw Problem(.interrupted, "the agent is being stopped")
        }
    }
}
