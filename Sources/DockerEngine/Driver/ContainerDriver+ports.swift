import Model

/// Ports that are taken when a container is to start.
extension ContainerDriver {
    /// An engine that is cut off while a container starts or ends can forget whose the container's port was, and keep
    /// it for a while, or until it is restarted (seen with 20.10 and 26.1). It says the same as when another container has
    /// it; only a look tells the two apart.
    func explained(_ refusal: Problem) async throws(Problem) -> (Problem, isNobodys: Bool) {
        guard let port = ContainerDriver.takenPort(refusal.message) else { return (refusal, false) }
        let running: [JSON]
        do throws(Problem) {
            running = try await engine.get("/containers/json").array ?? []
        } catch {
            if error.code == .interrupted { throw error }
            return (refusal, false)
        }
        let holder = running.first { entry in
            (entry["Ports"]?.array ?? []).contains { $0["PublicPort"]?.integer == port }
        }
        guard let holder else {
            let advice =
                "no container has it: if docker start says the same, the engine has lost track of it and frees it when it "
                + "is restarted"
            return (Problem(refusal.code, "\(refusal.message); \(advice)"), true)
        }
        let name = holder["Names"]?.array?.first?.string?.drop { $0 == "/" } ?? ""
        return (Problem(refusal.code, "\(refusal.message); the container \"\(name)\" has it"), false)
    }

    /// "Bind for 0.0.0.0:8080 failed: port is already allocated".
    static func takenPort(_ message: String) -> Int64? {
        guard message.contains("port is already allocated") else { return nil }
        let words = message.split(separator: " ")
        guard let failed = words.firstIndex(of: "failed:"), failed > 0 else { return nil }
        return words[failed - 1].split(separator: ":").last.flatMap { Int64($0) }
    }
}
