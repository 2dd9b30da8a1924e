package import Lifecycle
package import Model
import Synchronization

extension Agent: AgentControl {
    package func services() async throws(Problem) -> [ServiceReport] {
        await look()
        return try await reports(on: services.sorted { $0.name < $1.name })
    }

    package func service(_ name: String) async throws(Problem) -> ServiceReport {
        await look()
        return try await reports(on: [try configured(name)])[0]
    }

    private func configured(_ name: String) throws(Problem) -> Service {
        let services = services
        if let service = services.first(where: { $0.name == name }) { return service }
        throw Problem.unknownService(name, among: services.map(\.name))
    }

    private func reports(on services: [Service]) async throws(Problem) -> [ServiceReport] {
        let now = clock.now()
        let isPausedGlobally = try await journal.pause() != nil
        let doubt = found.withLock { $0.doubt }
        var reports: [ServiceReport] = []
        for service in services {
            let name = service.name
            let last = try await journal.lastDeploy(of: name)
            let state = try await journal.service(name) ?? ServiceState(name: name)
            let activity = await coordinator.activity(of: name)
            let blocks = try await journal.blocks(service: name).filter { $0.isInForce(at: now) }
            reports.append(
                ServiceReport(
                    service: service, state: state, activity: activity,
                    stall: activity.running.flatMap { hub.stall(of: $0) }, blocks: blocks, lastDeploy: last,
                    health: .none, isPausedGlobally: isPausedGlobally,
                    doubt: service.kind.driver == .container ? doubt : nil,
                    poll: await poller.state(of: name)))
        }
        return await look(at: reports)
    }

    /// Asked now rather than remembered: a status that was true an hour ago is not the truth.
    private func look(at reports: [ServiceReport]) async -> [ServiceReport] {
        let (prober, drivers) = parts.withLock { ($0.prober, $0.drivers) }
        let deploys = reports.map(Agent.asDeploy)
        let looks = LookRound<Sighting>(clock: clock, unknown: { .failure(Problem(.timeout, $0)) }) {
            await Agent.presence(of: $0, drivers)
        }
        let probes = LookRound<ServiceReport.Health>(clock: clock, unknown: { .unknown(reason: $0) }) {
            await Agent.health(of: $0, prober)
        }
        async let probed = probes.findings(of: deploys)
        let seen = await looks.findings(of: deploys)
        var reports = reports
        for (index, probed) in await probed.enumerated() { reports[index].add(seen[index], probed) }
        return reports
    }

    private static func presence(
        of deploy: Deploy, _ drivers: [Driver: any ServiceDriver]
    ) async -> Sighting {
        guard let driver = drivers[deploy.service.kind.driver], deploy.service.isEnabled else { return .success(nil) }
        do throws(Problem) {
            return .success(try await driver.presence(of: deploy.service, current: deploy.to))
        } catch {
            return .failure(error)
        }
    }

    /// Nothing is deployed; but probes are told of a deploy.
    private static func asDeploy(_ report: ServiceReport) -> Deploy {
        Deploy(
            id: DeployID(""), service: report.service, trigger: Trigger(.commandLine), wish: Wish(), attempt: 1,
            from: report.state.previous, to: report.state.current)
    }

    private static func health(of deploy: Deploy, _ prober: any Prober) async -> ServiceReport.Health {
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
        await seek(name)
        let service = try configured(name)
        let (drivers, hooks) = parts.withLock { ($0.drivers, $0.quietHooks) }
        guard let driver = drivers[service.kind.driver] else { throw Problem.unbuiltDriver(service) }
        var report = try await DeployPlanner(driver: driver, hooks: hooks, clock: clock).plan(
            service, wish, state: try await journal.service(name), blocks: try await journal.blocks(service: name),
            inFull: true)
        report.poll = await poller.state(of: name)
        return report
    }

    package func deploy(
        _ name: String, _ wish: Wish, by trigger: Trigger
    ) async throws(Problem) -> Coordinator.Accepted {
        await seek(name)
        return try await coordinator.request(name, wish, by: trigger)
    }

    package func outcome(of id: DeployID) async throws(Problem) -> DeployReport? {
        guard let record = try await coordinator.outcome(of: id) else { return nil }
        return DeployReport(record, entries: try await journal.entries(of: id))
    }

    package func history(service: String?, limit: Int) async throws(Problem) -> [DeployReport] {
        var reports: [DeployReport] = []
        for record in try await journal.history(service: service, limit: limit) {
            reports.append(await report(record, try await journal.entries(of: record.id)))
        }
        if let service, reports.isEmpty { _ = try configured(service) }
        return reports
    }

    package func stranded() async throws(Problem) -> [DeployReport] {
        var reports: [DeployReport] = []
        for id in await coordinator.stranded.map(\.id) { reports.append(try await show(id.text)) }
        return reports
    }

    private func report(_ record: DeployRecord, _ entries: [JournalEntry]) async -> DeployReport {
        let isStranded = await coordinator.stranded.contains { $0.id == record.id }
        return DeployReport(record, entries: entries, isCutOff: isStranded)
    }

    package func show(_ id: String) async throws(Problem) -> DeployReport {
        guard let record = try await journal.deploy(id) else { throw Problem.unknownDeploy(id) }
        return await report(record, try await journal.entries(of: record.id))
    }

    package func log(of id: DeployID) async throws(Problem) -> [UInt8] { try logs.read(id) }

    package func follow(_ id: DeployID) async throws(Problem) -> AsyncStream<DeployProgress> {
        // Watch first and look then: the end of a deploy that ends in between is in the stream.
        let live = hub.watch(id)
        guard let record = try await journal.deploy(id.text) else { throw Problem.unknownDeploy(id.text) }
        if let outcome = record.outcome {
            if hub.knows(id) { return live }
            let report = DeployReport(record, entries: try await journal.entries(of: record.id))
            return AsyncStream { continuation in
                for phase in report.phases {
                    continuation.yield(
                        .phaseEnded(phase.name, result: phase.result, took: .milliseconds(phase.milliseconds)))
                }
                continuation.yield(.finished(outcome, reason: record.reason))
                continuation.finish()
            }
        }
        let activity = await coordinator.activity(of: record.service)
        guard activity.waiting == id, let obstacle = activity.obstacle else { return live }
        return live.beginning(with: .waiting(reason: obstacle.text))
    }

    package func blocks(service: String?) async throws(Problem) -> [Block] {
        let now = clock.now()
        let blocks = try await journal.blocks(service: service).filter { $0.isInForce(at: now) }
        if let service, blocks.isEmpty { try await known(service) }
        return blocks
    }

    package func unblock(_ name: String, identity: String?) async throws(Problem) -> [Block] {
        try await known(name)
        return try await coordinator.unblock(name, identity: identity)
    }

    /// One that is no longer in the settings, too.
    private func known(_ name: String) async throws(Problem) {
        if try await journal.service(name) == nil { _ = try configured(name) }
    }

    package func pause(_ name: String?, reason: String, by: String?) async throws(Problem) {
        if let name { await seek(name) }
        try await coordinator.pause(name, reason: reason, by: by)
    }

    package func resume(_ name: String?, by: String?) async throws(Problem) {
        try await coordinator.resume(name, by: by)
    }

    package func prune(_ services: [String]?, dryRun: Bool) async throws(Problem) -> PruneReport {
        let keeper = parts.withLock { $0.keeper }
        let report = try await coordinator.prune(services, dryRun: dryRun, by: keeper)
        for entry in report.entries where entry.fate != .stays && !dryRun {
            let services = entry.services.joined(separator: ", ")
            log.info("prune: \(entry.image) of \(services): \(entry.fate.rawValue)")
        }
        return report
    }
}

/// What a driver says of what is there, or why it cannot.
private typealias Sighting = Result<Presence?, Problem>

extension ServiceReport {
    fileprivate mutating func add(_ sighting: Sighting, _ probed: Health) {
        health = probed
        // In the middle of a deploy nothing is where it belongs.
        guard activity.running == nil else { return }
        switch sighting {
        case .success(let seen):
            presence = seen
            if let seen { health = health.worse(than: seen.health) }
        case .failure where service.kind.driver == .script:
            // There is nothing to look at; the looks at others took all the time.
            break
        case .failure(let problem):
            doubt = doubt ?? "\(problem)"
        }
        if let doubt, health == .none { health = .unknown(reason: doubt) }
    }
}
