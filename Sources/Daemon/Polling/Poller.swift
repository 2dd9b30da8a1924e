package import Lifecycle
package import Model

/// Looks again and again whether there are new releases, and asks for their deploys.
///
/// A look is a plan of a deploy: the same steps, which change nothing. What it finds is only a hint: the deploy finds out
/// for itself what there is by then.
package actor Poller {
    struct Tools: Sendable {
        /// Of their own, so that services can share answers for a look that a deploy must not share.
        var drivers: [Driver: any ServiceDriver]
        var hooks: any HookSource
        var quotas: (any RegistryQuotas)?
    }

    private let coordinator: Coordinator
    private let journal: any DeployJournal
    private let clock: any WallClock
    private let log: Log
    private var tools: Tools?
    private var groups: [PollGroup.Key: PollGroup] = [:]
    private var tasks: [PollGroup.Key: Task<Void, Never>] = [:]
    private var failures: [PollGroup.Key: Int] = [:]
    private var states: [String: PollState] = [:]
    private var isRunning = false
    /// Of all services together: each look may start a program or a Lua state.
    private let turns = Turns(atOnce: 8)

    init(coordinator: Coordinator, journal: any DeployJournal, clock: any WallClock, log: Log) {
        self.coordinator = coordinator
        self.journal = journal
        self.clock = clock
        self.log = log
    }

    package func state(of name: String) -> PollState? { states[name] }

    /// What is polled already goes on as it is.
    func apply(_ services: [Service], _ tools: Tools) {
        self.tools = tools
        let new = Dictionary(PollGroup.groups(of: services).map { ($0.key, $0) }) { first, _ in first }
        for (key, task) in tasks where new[key] == nil {
            task.cancel()
            tasks[key] = nil
            failures[key] = nil
        }
        groups = new
        let polled = Set(new.values.flatMap { $0.services.map(\.name) })
        states = states.filter { polled.contains($0.key) }
        for (key, group) in new { for service in group.services { note(service, every: key.every) } }
        if isRunning { startMissing() }
    }

    private func note(_ service: Service, every: Duration) {
        if states[service.name]?.every != every { states[service.name] = PollState(every: every) }
    }

    // MARK: - Again and again

    func start() {
        isRunning = true
        startMissing()
    }

    /// Nobody waits for looks that are under way: they change nothing, and a registry may keep them for long.
    func stop() {
        isRunning = false
        for task in tasks.values { task.cancel() }
        tasks = [:]
    }

    private func startMissing() {
        for key in groups.keys where tasks[key] == nil {
            tasks[key] = Task {
                var pause = PollPace.first(every: key.every, random: .random(in: 0..<1))
                while true {
                    schedule(key, after: pause)
                    do throws(Problem) { try await clock.sleep(for: pause) } catch { return }
                    await turns.begin()
                    if !Task.isCancelled { await look(at: key) }
                    await turns.end()
                    pause = nextPause(key)
                }
            }
        }
    }

    private func schedule(_ key: PollGroup.Key, after pause: Duration) {
        let next = clock.now() + pause
        for service in groups[key]?.services ?? [] { states[service.name]?.next = next }
    }

    private func nextPause(_ key: PollGroup.Key) -> Duration {
        let slowdown = shortage(key)
        for service in groups[key]?.services ?? [] { states[service.name]?.slowdown = slowdown }
        return PollPace.pause(
            every: key.every, failures: failures[key] ?? 0, isShort: slowdown != nil, random: .random(in: 0..<1))
    }

    private func shortage(_ key: PollGroup.Key) -> String? {
        guard let image = groups[key]?.services.first?.image else { return nil }
        return tools?.quotas?.shortage(at: image.host)
    }

    // MARK: - One look

    /// At each service once, in no hurry. Answers the deploys that came of it.
    package func lookOnce() async -> [String: DeployID] {
        var deploys: [String: DeployID] = [:]
        let keys = Array(groups.keys)
        await withTaskGroup(of: [String: DeployID].self) { group in
            for key in keys {
                group.addTask {
                    await self.turns.begin()
                    let found = await self.look(at: key)
                    await self.turns.end()
                    return found
                }
            }
            for await found in group { deploys.merge(found) { first, _ in first } }
        }
        return deploys
    }

    @discardableResult
    private func look(at key: PollGroup.Key) async -> [String: DeployID] {
        guard let tools else { return [:] }
        var deploys: [String: DeployID] = [:]
        var failed = 0
        let services = groups[key]?.services ?? []
        for service in services {
            // What is on its way is looked at when it has arrived.
            guard await coordinator.activity(of: service.name).running == nil else { continue }
            let (finding, id) = await look(at: service, tools)
            if Task.isCancelled { return deploys }
            if case .unknown = finding {
                if await coordinator.activity(of: service.name).running != nil { continue }
                failed += 1
            }
            tell(finding, of: service.name)
            states[service.name]?.finding = finding
            states[service.name]?.looked = clock.now()
            if let id { deploys[service.name] = id }
        }
        failures[key] = failed > 0 && failed == services.count ? (failures[key] ?? 0) + 1 : 0
        return deploys
    }

    private func look(at service: Service, _ tools: Tools) async -> (PollState.Finding, DeployID?) {
        guard let driver = tools.drivers[service.kind.driver] else {
            return (.unknown(reason: "\(Problem.unbuiltDriver(service))"), nil)
        }
        do throws(Problem) {
            let report = try await DeployPlanner(driver: driver, hooks: tools.hooks, clock: clock).plan(
                service, Wish(), state: try await journal.service(service.name),
                blocks: try await journal.blocks(service: service.name))
            switch report.decision {
            case Outcome.unchanged.rawValue:
                return (
                    report.to == nil ? .nothing(reason: report.reason ?? "there is nothing to deploy") : .upToDate, nil
                )
            case "deploy", Outcome.blocked.rawValue:
                guard let release = report.to else { return (.nothing(reason: report.reason ?? ""), nil) }
                // The agent may be ending by now.
                if Task.isCancelled { return (.found(release), nil) }
                let answer = try await coordinator.request(
                    service.name, Wish(), by: Trigger(.poll), offering: release)
                if case .declined(let reason) = answer { return (.nothing(reason: reason), nil) }
                return (.found(release), answer.deploy)
            default: return (.unknown(reason: report.reason ?? report.decision), nil)
            }
        } catch {
            return (.unknown(reason: "\(error)"), nil)
        }
    }

    /// Once, and not at every look.
    private func tell(_ finding: PollState.Finding, of name: String) {
        let before = states[name]?.finding
        guard finding != before else { return }
        switch finding {
        case .unknown(let reason):
            if case .unknown? = before { return }
            log.warning("\(name): it could not be looked for a new release: \(reason)")
        case .found(let release): log.info("\(name): \(release.shortText) was found")
        case .upToDate, .nothing:
            if case .unknown? = before { log.info("\(name): it can be looked for new releases again") }
        }
    }
}

extension Coordinator.Accepted {
    fileprivate var deploy: DeployID? {
        switch self {
        case .queued(let id), .coalesced(let id): id
        case .declined: nil
        }
    }
}
