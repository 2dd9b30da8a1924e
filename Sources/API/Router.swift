package import HTTPServer
package import Lifecycle
import Model

/// Finds what answers a request. Every path of the agent's own API is in this file.
package struct Router: Sendable {
    let agent: any AgentControl
    let version: String

    package init(agent: any AgentControl, version: String) {
        self.agent = agent
        self.version = version
    }

    package func answer(_ request: ServerRequest) async -> ServerAnswer {
        do throws(Problem) {
            return try await route(request).server
        } catch {
            return Answer.problem(error).server
        }
    }

    /// For an agent that could not start.
    package var refusal: ServerAnswer {
        Answer.problem(Problem(.interrupted, "the agent could not start")).server
    }

    private func route(_ request: ServerRequest) async throws(Problem) -> Answer {
        let parts = request.path.split(separator: "/").map(String.init)
        switch (request.method, parts) {
        case ("GET", ["health"]): return .json(["status": "ok", "version": .string(version)])
        case _ where parts.starts(with: ["v1", "services"]):
            return try await services(request, Array(parts.dropFirst(2)))
        case _ where parts.starts(with: ["v1", "deploys"]):
            return try await deploys(request, Array(parts.dropFirst(2)))
        case ("GET", ["v1", "stranded"]): return .json(.array(try await agent.stranded().map(\.json)))
        case ("GET", ["v1", "blocked"]):
            return .json(.array(try await agent.blocks(service: request.query("service")).map(\.json)))
        case ("POST", ["v1", "pause"]):
            try await agent.pause(nil, reason: try Body(request).string("reason") ?? "paused", by: request.caller)
            return .json(["paused": true])
        case ("POST", ["v1", "resume"]):
            try await agent.resume(nil, by: request.caller)
            return .json(["paused": false])
        case ("POST", ["v1", "prune"]):
            let body = try Body(request)
            let report = try await agent.prune(try body.strings("services"), dryRun: try body.bool("dry_run") ?? false)
            return .json(report.json)
        case ("POST", ["v1", "reload"]):
            return .json(["warnings": .array(try await agent.reload().map(JSON.string))])
        default: throw notThere(request)
        }
    }

    private func notThere(_ request: ServerRequest) -> Problem {
        Problem(.notFound, "there is no \(request.method) \(request.path)")
    }

    private func services(_ request: ServerRequest, _ rest: [String]) async throws(Problem) -> Answer {
        guard let name = rest.first else {
            guard request.method == "GET" else { throw notThere(request) }
            return .json(.array(try await agent.services().map(\.json)))
        }
        guard rest.count <= 2 else { throw notThere(request) }
        switch (request.method, rest.dropFirst().first) {
        case ("GET", nil): return .json(try await agent.service(name).json)
        case ("GET", "plan"): return .json(try await agent.plan(name, try Wish(query: request)).json)
        case ("POST", "deploy"): return try await deploy(name, try Wish(body: try Body(request)), request)
        case ("POST", "rollback"):
            let force = try Body(request).bool("force") ?? false
            return try await deploy(name, Wish(.previous, force: force), request)
        case ("POST", "pause"):
            try await agent.pause(name, reason: try Body(request).string("reason") ?? "paused", by: request.caller)
            return .json(["paused": true])
        case ("POST", "resume"):
            try await agent.resume(name, by: request.caller)
            return .json(["paused": false])
        case ("POST", "unblock"):
            let removed = try await agent.unblock(name, identity: try Body(request).string("release"))
            return .json(["unblocked": .array(removed.map(\.json))])
        default: throw notThere(request)
        }
    }

    /// Answers at once with the id; whoever wants to know the end asks for it.
    private func deploy(_ name: String, _ wish: Wish, _ request: ServerRequest) async throws(Problem) -> Answer {
        switch try await agent.deploy(name, wish, by: Trigger(.commandLine, by: request.caller)) {
        case .queued(let id): return accepted(id, "queued", wish)
        case .coalesced(let id): return accepted(id, "coalesced", wish)
        case .declined(let reason): return .json(["id": nil, "status": "declined", "reason": .string(reason)])
        }
    }

    /// `asked` is what the deploy would have to do for this request; one that comes later may change its mind.
    private func accepted(_ id: DeployID, _ status: String, _ wish: Wish) -> Answer {
        .json(["id": .string(id.text), "status": .string(status), "asked": .string(wish.shortText)], status: 202)
    }

    private func deploys(_ request: ServerRequest, _ rest: [String]) async throws(Problem) -> Answer {
        guard request.method == "GET", rest.count <= 2 else { throw notThere(request) }
        guard let id = rest.first else {
            let limit = request.query("limit").map(Int.init) ?? 50
            guard let limit, 1...1_000 ~= limit else {
                throw Problem(.usage, "limit: expected a number from 1 to 1000")
            }
            let history = try await agent.history(service: request.query("service"), limit: limit)
            return .json(.array(history.map(\.json)))
        }
        switch rest.dropFirst().first {
        case nil: return .json(try await agent.show(id).json)
        case "log": return .text(try await agent.log(of: try await agent.show(id).record.id))
        case "outcome": return try await outcome(try await agent.show(id).record.id)
        case "events": return .events(try await events(try await agent.show(id).record.id))
        default: throw notThere(request)
        }
    }

    /// Waits for the end of the deploy.
    private func outcome(_ id: DeployID) async throws(Problem) -> Answer {
        guard let report = try await agent.outcome(of: id) else {
            throw Problem(
                .interrupted, "the agent is being stopped; the deploy is finished or undone at its next start")
        }
        return .json(report.json)
    }

    private func events(_ id: DeployID) async throws(Problem) -> AsyncStream<JSON> {
        let source = try await agent.follow(id)
        let (stream, continuation) = AsyncStream.makeStream(of: JSON.self, bufferingPolicy: .bufferingNewest(1_000))
        let task = Task {
            for await progress in source { continuation.yield(progress.json) }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
