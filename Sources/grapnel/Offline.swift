import API
import Daemon
import DockerEngine
import Journal
import Lifecycle
import Model
import Settings

/// What can be answered without a running agent: from the agent if there is one, from the journal if not.
struct Offline {
    private let context: Context

    init(_ context: Context) { self.context = context }

    func history(service: String?, limit: Int) async throws(Problem) -> [JSON] {
        try await either {
            client throws(Problem) in
            try await client.get("/v1/deploys", [("service", service), ("limit", "\(limit)")]).array ?? []
        } orJournal: { reader throws(Problem) in
            let reports = try await reader.reports(
                service: service, limit: limit, hasAgent: HomeLock.isHeld(context.home))
            if let service, reports.isEmpty { try await configured(service) }
            return reports.map(\.json)
        } orNothing: { () async throws(Problem) in
            if let service { try await configured(service) }
            return []
        }
    }

    func show(_ id: String) async throws(Problem) -> JSON {
        try await either { client throws(Problem) in
            try await client.get("/v1/deploys/\(URLText.escaped(id))")
        } orJournal: { reader throws(Problem) in
            guard let report = try await reader.report(id, hasAgent: HomeLock.isHeld(context.home)) else {
                throw Problem.unknownDeploy(id)
            }
            return report.json
        } orNothing: { () async throws(Problem) in
            throw Problem.unknownDeploy(id)
        }
    }

    func blocks(service: String?) async throws(Problem) -> [JSON] {
        try await either { client throws(Problem) in
            try await client.get("/v1/blocked", [("service", service)]).array ?? []
        } orJournal: { reader throws(Problem) in
            let now = SystemClock().now()
            if let service, try await reader.service(service) == nil { try await configured(service) }
            return try await reader.blocks(service: service).filter { $0.isInForce(at: now) }.map(\.json)
        } orNothing: { () async throws(Problem) in
            if let service { try await configured(service) }
            return []
        }
    }

    func log(of id: String) async throws(Problem) -> [UInt8] {
        do throws(Problem) {
            return try await context.client().text("/v1/deploys/\(URLText.escaped(id))/log")
        } catch {
            guard error.code == .unreachable else { throw error }
            return try DeployLogs.read(DeployID(id), in: context.home.logs)
        }
    }

    /// The last deploy of a service that has ended, and what people were told of it; nil when there is none.
    func lastDeploy(of service: String) async throws(Problem) -> (record: DeployRecord, event: Event?)? {
        try await journal { reader throws(Problem) in
            guard let record = try await reader.lastDeploy(of: service) else { return nil }
            return (record, try await reader.lastEvent(of: record.id))
        } orNothing: {
            nil
        }
    }

    func plan(_ name: String, _ wish: Wish) async throws(Problem) -> PlanReport {
        let wiring = wiring
        let loaded = try wiring.load()
        let services = try await wiring.services()
        guard let service = services.first(where: { $0.name == name }) else {
            throw Problem.unknownService(name, among: services.map(\.name))
        }
        let known: (ServiceState?, [Block]) = try await journal { reader throws(Problem) in
            (try await reader.service(name), try await reader.blocks(service: name))
        } orNothing: {
            (nil, [])
        }
        let planner = try await wiring.planner(for: service, loaded)
        return try await planner.plan(service, wish, state: known.0, blocks: known.1, inFull: true)
    }

    /// As long as it works no agent can start, so that no deploy can.
    func prune(_ named: [String]?, dryRun: Bool) async throws(Problem) -> PruneReport {
        let wiring = wiring
        let services = try await wiring.services(certainly: true)
        let lock = try HomeLock(context.home)
        defer { withExtendedLifetime(lock) {} }
        let order = try await journal { reader throws(Problem) in
            PruneOrder(
                named: named, services: services, states: try await reader.services(),
                past: try await reader.pastReleases(), underWay: try await reader.unfinished(), isDryRun: dryRun)
        } orNothing: {
            PruneOrder(named: named, services: services, states: [], past: [:], underWay: [], isDryRun: dryRun)
        }
        return try await wiring.keptImages.prune(order)
    }

    /// Whoever mistypes a name is told so. Settings that cannot be read are another command's business.
    private func configured(_ name: String) async throws(Problem) {
        guard let names = try? await wiring.services().map(\.name) else { return }
        guard names.contains(name) else { throw Problem.unknownService(name, among: names) }
    }

    private var wiring: Wiring { Wiring(home: context.home, environment: context.environment) }

    private func either<Value: Sendable>(
        _ agent: (AgentClient) async throws(Problem) -> Value,
        orJournal journal: (JournalReader) async throws(Problem) -> Value,
        orNothing nothing: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        do throws(Problem) {
            return try await agent(context.client())
        } catch {
            guard error.code == .unreachable else { throw error }
        }
        return try await self.journal(journal, orNothing: nothing)
    }

    private func journal<Value: Sendable>(
        _ journal: (JournalReader) async throws(Problem) -> Value, orNothing nothing: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let reader: JournalReader
        do throws(Problem) {
            reader = try JournalReader(wiring.journalOptions())
        } catch {
            if error.code == .forbidden {
                throw Problem(.forbidden, "\(error): try again as the agent's user or with sudo")
            }
            guard error.code == .notFound else { throw error }
            return try await nothing()
        }
        let result: Result<Value, Problem>
        do throws(Problem) {
            result = .success(try await journal(reader))
        } catch {
            result = .failure(error)
        }
        await reader.close()
        return try result.get()
    }
}
