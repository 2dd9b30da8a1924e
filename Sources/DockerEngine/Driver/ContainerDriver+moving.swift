package import Lifecycle
package import Model

/// The way forward. The power may fail at each line; what then, is said where it matters.
extension ContainerDriver {
    private typealias Step = Move.Step

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let move: Move
        if let begun = try Move(steps, deploy: deploy.id) {
            move = begun
            turns.resume(Set(move.parts.map(\.name)), for: deploy.id)
        } else {
            move = try await begin(deploy, steps)
        }
        for part in move.parts { _ = try await createNew(part, of: move, steps) }
        for part in move.parts where part.wasRunning { try await requireNetworks(of: part) }
        // Whoever lives in another's namespaces goes first, and comes last.
        for part in move.parts.reversed() { try await stopOld(part, steps) }
        for part in move.parts { try await swapNames(part, steps) }
        watch.began(deploy.id, silences: engine.silences)
        for part in move.parts where part.wasRunning { try await startNew(part, of: move, Step.start, steps) }
    }

    /// The answer to an earlier call may have been lost: then it is there under its name.
    private func createNew(_ part: Part, of move: Move, _ steps: DeploySteps) async throws(Problem) {
        let step = part.step(Step.create)
        guard part.newID(steps) == nil else { return }
        let id: String
        if let made = try await engine.container(part.newName) {
            id = made.id
        } else {
            if steps.intent(step) == nil { try await steps.begin(step) }
            id = try await make(part, joined(part.body, move, steps))
        }
        try await connectNew(id, part)
        let made = try await engine.container(id)
        guard made?.imageID == part.imageID else {
            throw Problem(
                .conflict,
                "the new container \"\(part.newName)\" was made from the image \(made?.imageID ?? "?") in the place of "
                    + part.imageID)
        }
        try await steps.end(step, ["id": .string(id)])
    }

    /// When its name is taken, the engine is still at it for an agent that was killed: nobody else knows that name.
    private func make(_ part: Part, _ body: JSON) async throws(Problem) -> String {
        do throws(Problem) {
            return try await engine.create(part.newName, body)
        } catch {
            guard error.code == .conflict, error.message.contains("already in use") else { throw error }
            for _ in 0..<240 {
                if let made = try await engine.container(part.newName) { return made.id }
                try await Engine.pause()
            }
            throw error
        }
    }

    /// The engine makes a container for a network that is gone, and then does not start it.
    private func requireNetworks(of part: Part) async throws(Problem) {
        // Later it may be gone because nobody is left in it, as one that spans machines.
        guard try await engine.container(part.oldID)?.isRunning == true else { return }
        for network in part.networks {
            do throws(Problem) {
                _ = try await engine.get("/networks/\(URLText.escaped(network))")
            } catch {
                if error.code == .unreachable || error.code == .interrupted { throw error }
                // Whatever else it says: that the network is gone, it does not.
                guard error.code == .notFound else { continue }
                throw Problem(
                    .conflict,
                    "the container \"\(part.name)\" belongs to the network \"\(network)\", which is gone: no new one in its "
                        + "place would start")
            }
        }
    }

    /// Into the namespaces of the new containers, and linked to them, in the place of the old ones.
    private func joined(_ body: JSON, _ move: Move, _ steps: DeploySteps) -> JSON {
        guard var members = body.object, var host = members["HostConfig"]?.object else { return body }
        for key in ["NetworkMode", "PidMode", "IpcMode"] {
            guard let mode = host[key]?.string, mode.hasPrefix("container:") else { continue }
            let id = mode.dropFirst("container:".count)
            guard let new = move.parts.first(where: { $0.oldID.hasPrefix(id) })?.newID(steps) else { continue }
            host[key] = .string("container:\(new)")
        }
        if let links = host["Links"]?.array {
            // By id: until the names are swapped the name is the old one's.
            host["Links"] = .array(
                links.map { link in
                    guard let words = link.string?.split(separator: ":"), words.count == 2,
                        let new = move.parts.first(where: { $0.name == words[0] })?.newID(steps)
                    else { return link }
                    return .string("\(new):\(words[1])")
                })
        }
        members["HostConfig"] = .object(host)
        return .object(members)
    }

    private func connectNew(_ id: String, _ part: Part) async throws(Problem) {
        for endpoint in part.laterEndpoints {
            let networks = try await engine.container(id)?.json["NetworkSettings"]?["Networks"]
            guard networks?[endpoint.network] == nil else { continue }
            try await engine.connect(id, to: endpoint.network, endpoint.settings)
        }
    }

    /// Its policy goes too: an engine that starts anew would start it beside the new one. Looked at each time, because
    /// the engine may have done so between two steps.
    private func stopOld(_ part: Part, _ steps: DeploySteps) async throws(Problem) {
        let step = part.step(Step.stopOld)
        guard let old = try await engine.container(part.oldID) else { throw ContainerDriver.gone(part) }
        // A stop that was in flight when its caller was killed goes on in the engine; to ask again is to wait for it.
        if old.isRunning || steps.isInFlight(step) {
            try await steps.begin(step, ["id": .string(part.oldID)])
            if old.isPaused { try await engine.unpause(part.oldID) }
            try await stop(old, steps)
            try await steps.end(step)
        }
        guard old.restartsByItself else { return }
        let hold = part.step(Step.holdOld)
        try await steps.begin(hold, ["id": .string(part.oldID), "policy": part.policy])
        try await engine.setRestartPolicy(["Name": "no", "MaximumRetryCount": 0], of: part.oldID)
        try await steps.end(hold)
        // Between the stop and this the engine may have been started anew, and the container with it.
        if try await engine.container(part.oldID)?.isRunning == true {
            try await steps.begin(step, ["id": .string(part.oldID)])
            try await stop(old, steps)
            try await steps.end(step)
        }
    }

    private func swapNames(_ part: Part, _ steps: DeploySteps) async throws(Problem) {
        try await rename(part.oldID, to: part.keptName, part, part.step(Step.renameOld), steps)
        guard let new = part.newID(steps) else { throw ContainerDriver.gone(part) }
        try await rename(new, to: part.name, part, part.step(Step.renameNew), steps)
    }

    func rename(
        _ id: String, to name: String, _ part: Part, _ step: String, _ steps: DeploySteps
    ) async throws(Problem) {
        guard let container = try await engine.container(id) else { throw ContainerDriver.gone(part) }
        guard container.name != name else { return }
        try await steps.begin(step, ["id": .string(id), "name": .string(name)])
        try await engine.rename(id, to: name)
        try await steps.end(step)
    }

    /// That the service's own container does not start is the release's fault, unless it is the machine that has no
    /// room for it. That one of the others does not, is not.
    func startNew(_ part: Part, of move: Move, _ step: String, _ steps: DeploySteps) async throws(Problem) {
        guard let new = part.newID(steps) else { throw ContainerDriver.gone(part) }
        try await steps.begin(part.step(step), ["id": .string(new)])
        do throws(Problem) {
            try await engine.start(new)
        } catch {
            guard error.code != .unreachable, error.code != .interrupted else { throw error }
            guard part.oldID == move.own.oldID else {
                throw Problem(.conflict, "\(ContainerDriver.shown(part)) does not start: \(error)")
            }
            throw Problem(
                EngineRefusal.isTheMachines(error.message) ? .conflict : .failed,
                "the new container does not start: \(try await explained(error).0)")
        }
        try await steps.end(part.step(step))
    }

    static func gone(_ part: Part) -> Problem {
        Problem(.conflict, "the container \"\(part.name)\" is gone: somebody removed it in the middle of the deploy")
    }

    static func shown(_ part: Part) -> String {
        "the container \"\(part.name)\", which depends on the service's,"
    }
}
