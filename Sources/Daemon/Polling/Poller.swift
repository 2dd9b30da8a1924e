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
    private var services: [Service] = []
    /// Of those whose settings do not name it, as the last look at each has seen.
    private var repositories: [String: ImageReference] = [:]
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

    /// Groups of which nothing has changed go on as they are. `anew`: somebody has changed the settings, and wants to see
    /// what comes of it.
    func apply(_ services: [Service], _ tools: Tools, anew: Bool = false) {
        self.tools = tools
        let old = Dictionary(self.services.map { ($0.name, $0) }) { first, _ in first }
        for service in services where old[service.name] != service {
            states[service.name] = nil
            repositories[service.name] = nil
        }
        self.services = services
        let before = groups
        regroup()
        for (key, task) in tasks where anew || groups[key] != before[key] {
            task.cancel()
            tasks[key] = nil
            failures[key] = nil
        }
        if isRunning { startMissing() }
    }

    private func regroup() {
        let all = PollGroup.groups(of: services, repositories)
        groups = Dictionary(all.map { ($0.key, $0) }) { first, _ in first }
        let polled = Set(all.flatMap { $0.services.map(\.name) })
        states = states.filter { polled.contains($0.key) }
        repositories = repositories.filter { polled.contains($0.key) }
        for group in all {
            for service in group.services where states[service.name]?.every != group.key.every {
                states[service.name] = PollState(every: group.key.every)
            }
        }
    }

    /// What a container runs says of which repository it is: from then on it is looked at together with others of that.
    private func learn(_ release: Release?, of service: Service) {
        guard service.image == nil, case .image(let text, _)? = release, let image = try? ImageReference(text),
            repositories[service.name]?.repository != image.repository
        else { return }
        repositories[service.name] = image.untagged
        regroup()
        for (key, task) in tasks where groups[key] == nil {
            task.cancel()
            tasks[key] = nil
            failures[key] = nil
        }
        // It has just been looked at.
        if isRunning { startMissing(isFirst: false) }
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

    private func startMissing(isFirst: Bool = true) {
        for key in groups.keys where tasks[key] == nil {
            tasks[key] = Task {
                var pause = isFirst ? PollPace.first(every: key.every, random: .random(in: 0..<1)) : nextPause(key)
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
        guard let service = groups[key]?.services.first, let image = service.image ?? repositories[service.name] else {
            return nil
        }
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
            let (report, finding, id) = await look(at: service, tools)
            if Task.isCancelled || states[service.name] == nil { return deploys }
            if case .unknown = finding {
                if await coordinator.activity(of: service.name).running != nil { continue }
                failed += 1
            }
            tell(finding, of: service.name)
            states[service.name]?.finding = finding
            states[service.name]?.looked = clock.now()
            states[service.name]?.tags = report?.tags.map(\.short)
            if let id { deploys[service.name] = id }
            learn(report?.from ?? report?.to, of: service)
        }
        // What was learnt may have moved the service to another group.
        if groups[key] != nil { failures[key] = failed > 0 && failed == services.count ? (failures[key] ?? 0) + 1 : 0 }
        return deploys
    }

    private func look(at service: Service, _ tools: Tools) async -> (PlanReport?, PollState.Finding, DeployID?) {
        guard let driver = tools.drivers[service.kind.driver] else {
            return (nil, .unknown(reason: "\(Problem.unbuiltDriver(service))"), nil)
        }
        var report: PlanReport?
        do throws(Problem) {
            let plan = try await DeployPlanner(driver: driver, hooks: tools.hooks, clock: clock).plan(
                service, Wish(), state: try await journal.service(service.name),
                blocks: try await journal.blocks(service: service.name))
            report = plan
            let (finding, id) = try await finding(plan, service)
            return (report, finding, id)
        } catch {
            return (report, .unknown(reason: "\(error)"), nil)
        }
    }

    private func finding(
        _ report: PlanReport, _ service: Service
    ) async throws(Problem) -> (PollState.Finding, DeployID?) {
        switch report.decision {
        case Outcome.unchanged.rawValue:
            return (report.to == nil ? .nothing(reason: report.reason ?? "there is nothing to deploy") : .upToDate, nil)
        case "deploy", Outcome.blocked.rawValue:
            guard let release = report.to else { return (.nothing(reason: report.reason ?? ""), nil) }
            // The agent may be ending by now.
            if Task.isCancelled { return (.found(release), nil) }
            if let veto = try await veto(of: release, service) { return (.nothing(reason: veto), nil) }
            let answer = try await coordinator.request(service.name, Wish(), by: Trigger(.poll), offering: release)
            if case .declined(let reason) = answer { return (.nothing(reason: reason), nil) }
            return (.found(release), answer.deploy)
        default: return (.unknown(reason: report.reason ?? report.decision), nil)
        }
    }

    /// What the owner's hook has refused is asked for again, but not at every look: each time is a deploy in the history
    /// and a message.
    private func veto(of release: Release, _ service: Service) async throws(Problem) -> String? {
        let last = try await journal.history(service: service.name, limit: PollPace.mostVetoes).prefix {
            $0.outcome == .aborted && $0.to?.isSame(as: release) == true && $0.trigger.kind == .poll
        }
        guard let newest = last.first, let finished = newest.finished else { return nil }
        let next = finished + PollPace.pause(afterVetoes: last.count)
        guard clock.now() < next else { return nil }
        return "\(release.shortText) was refused: \(newest.reason ?? "by a hook"); it is asked for again after \(next)"
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
