package import Lifecycle
package import Model
import Synchronization

extension Agent: AgentControl {
    package func services() async throws(Problem) -> [ServiceReport] {
        var reports: [ServiceReport] = []
        for service in parts.withLock({ $0.services }).sorted(by: { $0.name < $1.name }) {
            reports.append(try await report(on: service))
        }
        return reports
    }

    package func service(_ name: String) async throws(Problem) -> ServiceReport {
        try await report(on: try configured(name))
    }

    private func configured(_ name: String) throws(Problem) -> Service {
        let services = parts.withLock { $0.services }
        if let service = services.first(where: { $0.name == name }) { return service }
        throw Problem.unknownService(name, among: services.map(\.name))
    }

    private func report(on service: Service) async throws(Problem) -> ServiceReport {
        let name = service.name
        let now = clock.now()
        let last = try await journal.lastDeploy(of: name)
        let state = try await journal.service(name) ?? ServiceState(name: name)
        let activity = await coordinator.activity(of: name)
        return ServiceReport(
            service: service, state: state, activity: activity,
            stall: activity.running.flatMap { hub.stall(of: $0) },
            blocks: try await journal.blocks(service: name).filter { $0.isInForce(at: now) }, lastDeploy: last,
            health: await health(of: service, state), isPausedGlobally: try await journal.pause() != nil)
    }

    /// Asked now rather than remembered: a status that was true an hour ago is not the truth.
    private func health(of service: Service, _ state: ServiceState) async -> ServiceReport.Health {
        let prober = parts.withLock { $0.prober }
        let deploy = Deploy(
            id: DeployID(""), service: service, trigger: Trigger(.commandLine), wish: Wish(), attempt: 1,
            from: state.previous, to: state.current)
        do throws(Problem) {
            switch try await prober.probe(deploy) {
            case nil: return .none
            case .healthy: return .healthy
            case .notYet(let reason): return .unhealthy(reason: reason)
            }
        } catch {
            return .unknown(reason: "\(error)")
        }
    }

    package func plan(_ name: String, _ wish: Wish) async throws(Problem) -> PlanReport {
        let service = try configured(name)
        let (drivers, hooks) = parts.withLock { ($0.drivers, $0.hooks) }
        guard let driver = drivers[service.kind.driver] else { throw Problem.unbuiltDriver(service) }
        return try await DeployPlanner(driver: driver, hooks: hooks, clock: clock).plan(
            service, wish, state: try await journal.service(name), blocks: try await journal.blocks(service: name))
    }

    package func deploy(
        _ name: String, _ wish: Wish, by trigger: Trigger
    ) async throws(Problem) -> Coordinator.Accepted {
        try await coordinator.request(name, wish, by: trigger)
    }

    package func outcome(of id: DeployID) async throws(Problem) -> DeployReport? {
        guard let record = try await coordinator.outcome(of: id) else { return nil }
        return DeployReport(record, entries: try await journal.entries(of: id))
    }

    package func history(service: String?, limit: Int) async throws(Problem) -> [DeployReport] {
        var reports: [DeployReport] = []
        for record in try await journal.history(service: service, limit: limit) {
            reports.append(DeployReport(record, entries: try await journal.entries(of: record.id)))
        }
        return reports
    }

    package func show(_ id: String) async throws(Problem) -> DeployReport {
        guard let record = try await journal.deploy(id) else { throw Problem.unknownDeploy(id) }
        return DeployReport(record, entries: try await journal.entries(of: record.id))
    }

    package func log(of id: DeployID) async throws(Problem) -> [UInt8] { try logs.read(id) }

    package func follow(_ id: DeployID) async throws(Problem) -> AsyncStream<DeployProgress> {
        // Watch first and look then: the end of a deploy that ends in between is in the stream.
        let live = hub.watch(id)
        guard let record = try await journal.deploy(id.text) else { throw Problem.unknownDeploy(id.text) }
        guard let outcome = record.outcome else { return live }
        return AsyncStream { continuation in
            continuation.yield(.finished(outcome, reason: record.reason))
            continuation.finish()
        }
    }

    package func blocks(service: String?) async throws(Problem) -> [Block] {
        let now = clock.now()
        return try await journal.blocks(service: service).filter { $0.isInForce(at: now) }
    }

    package func unblock(_ name: String, identity: String?) async throws(Problem) -> [Block] {
        try await coordinator.unblock(name, identity: identity)
    }

    package func pause(_ name: String?, reason: String, by: String?) async throws(Problem) {
        try await coordinator.pause(name, reason: reason, by: by)
    }

    package func resume(_ name: String?) async throws(Problem) { try await coordinator.resume(name) }
}
