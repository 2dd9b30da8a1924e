package import Model

/// Takes wishes, lets the queue decide who may start, runs the deploys and takes up at start what a kill
/// has cut off. The one place where deploys begin and end.
package actor Coordinator {
    package struct Tools: Sendable {
        package var journal: any DeployJournal
        package var drivers: [Driver: any ServiceDriver]
        package var hooks: any HookSource
        package var prober: any Prober
        package var orphans: any OrphanEnder
        package var clock: any WallClock
        package var progress: @Sendable (DeployID, DeployProgress) -> Void

        package init(
            journal: any DeployJournal, drivers: [Driver: any ServiceDriver], hooks: any HookSource,
            prober: any Prober, orphans: any OrphanEnder, clock: any WallClock,
            progress: @escaping @Sendable (DeployID, DeployProgress) -> Void
        ) {
            self.journal = journal
            self.drivers = drivers
            self.hooks = hooks
            self.prober = prober
            self.orphans = orphans
            self.clock = clock
            self.progress = progress
        }
    }

    package enum Accepted: Hashable, Sendable {
        case queued(DeployID)
        /// It became part of one that waits already.
        case coalesced(DeployID)
        /// Nothing will be deployed; the reason is for people.
        case declined(reason: String)
    }

    private(set) var tools: Tools
    var queue: DeployQueue
    var services: [String: Service]
    private var blockFor: Duration?
    private var tasks: [DeployID: Task<Void, Never>] = [:]
    private var watchers: [DeployID: [CheckedContinuation<DeployRecord?, Never>]] = [:]
    private var alarm: Task<Void, Never>?
    private var isStopping = false

    package init(tools: Tools, services: [Service], limits: DeployLimits) {
        self.tools = tools
        self.services = Dictionary(services.map { ($0.name, $0) }) { _, last in last }
        queue = DeployQueue(limit: limits.concurrency)
        blockFor = limits.blockFor
        queue.locks = Coordinator.locks(services)
        queue.pausedServices = Set(services.filter(\.isPaused).map(\.name))
    }

    /// Reads the journal and takes up every unfinished deploy. Call once, before anything else.
    package func start() async throws(Problem) {
        for state in try await tools.journal.services() { remember(state) }
        queue.isPaused = try await tools.journal.pause() != nil
        for record in try await tools.journal.unfinished() { try await takeUp(record) }
        for record in try await tools.journal.waiting() {
            if services[record.service] != nil {
                queue.restore(waiting: record)
            } else {
                try await giveUp(record)
            }
        }
        pump()
    }

    package func request(_ name: String, _ wish: Wish, by trigger: Trigger) async throws(Problem) -> Accepted {
        guard !isStopping else { throw Problem(.interrupted, "the agent is being stopped") }
        let service = try configured(name)
        guard tools.drivers[service.kind.driver] != nil else { throw Problem.unbuiltDriver(service) }
        let now = tools.clock.now()
        var random = SystemRandomNumberGenerator()
        let record = DeployRecord(
            id: DeployID(at: now, random: &random), service: name, driver: service.kind.driver, trigger: trigger,
            wish: wish, accepted: now)
        switch queue.ask(record) {
        case .declined(let reason):
            try await noteAvailable(name, reason: reason, trigger: trigger, at: now)
            return .declined(reason: reason)
        case .queued(let record):
            do throws(Problem) {
                try await accept(record)
            } catch {
                queue.withdraw(record.id)
                throw error
            }
            queue.accepted(record.id)
            pump()
            return .queued(record.id)
        case .coalesced(let record):
            try await accept(record)
            pump()
            return .coalesced(record.id)
        }
    }

    /// Waits until the deploy has ended; nil if the agent is stopped before that.
    package func outcome(of id: DeployID) async throws(Problem) -> DeployRecord? {
        guard let record = try await tools.journal.deploy(id.text) else {
            throw Problem.unknownDeploy(id.text)
        }
        // It may have ended while the journal was read, so ask again without a pause in between.
        if record.outcome != nil || isStopping { return record.outcome == nil ? nil : record }
        if !isUnderWay(record) { return try await tools.journal.deploy(id.text) }
        return await withCheckedContinuation { watchers[id, default: []].append($0) }
    }

    private func isUnderWay(_ record: DeployRecord) -> Bool {
        queue.runningID(of: record.service) == record.id || queue.waitingRecord(of: record.service)?.id == record.id
    }

    /// New settings. Deploys that run keep what they began with.
    package func apply(
        _ new: [Service], limits: DeployLimits, drivers: [Driver: any ServiceDriver], hooks: any HookSource,
        prober: any Prober
    ) async throws(Problem) {
        tools.drivers = drivers
        tools.hooks = hooks
        tools.prober = prober
        services = Dictionary(new.map { ($0.name, $0) }) { _, last in last }
        queue.limit = limits.concurrency
        blockFor = limits.blockFor
        queue.locks = Coordinator.locks(new)
        queue.pausedServices = Set(new.filter(\.isPaused).map(\.name))
        for state in try await tools.journal.services() { remember(state) }
        pump()
    }

    /// Lets running deploys end for as long as `grace`, then cuts them off; the journal knows how to go on.
    package func stop(grace: Duration) async {
        isStopping = true
        alarm?.cancel()
        let deadline = Task { [tasks] in
            do {
                try await tools.clock.sleep(for: grace)
                for task in tasks.values { task.cancel() }
            } catch {
                // Everything has ended in time.
            }
        }
        for task in Array(tasks.values) { await task.value }
        deadline.cancel()
        let left = watchers.values.flatMap(\.self)
        watchers = [:]
        for watcher in left { watcher.resume(returning: nil) }
    }

    package var runningCount: Int { queue.runningCount }

    func configured(_ name: String) throws(Problem) -> Service {
        guard let service = services[name] else { throw Problem.unknownService(name, among: Array(services.keys)) }
        guard service.isEnabled else { throw Problem(.conflict, "services.\(name) is disabled in the settings") }
        return service
    }

    func remember(_ state: ServiceState) {
        queue.holds[state.name] = state.hold?.reason
        let isPaused = state.pause != nil || services[state.name]?.isPaused == true
        if isPaused { queue.pausedServices.insert(state.name) } else { queue.pausedServices.remove(state.name) }
    }

    private static func locks(_ services: [Service]) -> [String: String] {
        var locks: [String: String] = [:]
        for service in services {
            guard case .compose(let definition) = service.kind else { continue }
            locks[service.name] = "compose \(definition.project ?? definition.files.joined(separator: ","))"
        }
        return locks
    }
}

// MARK: - Starting and ending

extension Coordinator {
    /// A plain deploy that a person asks for ends a hold: the service follows its track again.
    private func accept(_ record: DeployRecord) async throws(Problem) {
        var changed: ServiceState?
        if !record.trigger.kind.isAutomatic, !record.wish.holds, queue.holds[record.service] != nil,
            var state = try await tools.journal.service(record.service)
        {
            state.hold = nil
            changed = state
        }
        let events = changed.map { state in
            [
                Event(
                    at: record.accepted, kind: .followed, service: state.name,
                    message: "\(state.name) follows its track again")
            ]
        }
        try await tools.journal.accept(record, state: changed, events: events ?? [])
        if let changed { remember(changed) }
    }

    private func noteAvailable(_ name: String, reason: String, trigger: Trigger, at now: Timestamp)
        async throws(Problem)
    {
        var state = try await tools.journal.service(name) ?? ServiceState(name: name)
        let by = trigger.by.map { " \($0)" } ?? ""
        let available = "announced by \(trigger.kind.rawValue)\(by)"
        guard state.available != available else { return }
        state.available = available
        let message = "a release of \(name) is available and was not deployed: \(reason)"
        try await tools.journal.save(
            state, events: [Event(at: now, kind: .available, service: name, message: message)])
    }

    func pump() {
        guard !isStopping else { return }
        for record in queue.start(at: tools.clock.now()) { launch(record, recorded: []) }
        alarm?.cancel()
        guard let due = queue.nextDue(after: tools.clock.now()) else { return }
        alarm = Task {
            do {
                try await tools.clock.sleep(for: due - tools.clock.now())
                pump()
            } catch {
                // Another alarm has taken its place.
            }
        }
    }

    private func launch(_ record: DeployRecord, recorded: [JournalEntry]) {
        tasks[record.id] = Task {
            let ended = await run(record, recorded: recorded)
            await ending(of: record, ended: ended)
        }
    }

    private func run(_ record: DeployRecord, recorded: [JournalEntry]) async -> DeployRecord? {
        let id = record.id
        guard let service = services[record.service], let driver = tools.drivers[record.driver] else { return nil }
        let report = tools.progress
        let around = DeployRunner.Surroundings(
            journal: tools.journal, driver: driver, hooks: tools.hooks, prober: tools.prober, orphans: tools.orphans,
            clock: tools.clock, blockFor: blockFor
        ) { report(id, $0) }
        do throws(Problem) {
            var runner = try DeployRunner(record, service: service, recorded: recorded, around: around)
            return try await runner.run()
        } catch {
            // `.interrupted`: the agent is being stopped. A state that cannot be read stays unfinished too,
            // and says so at each start.
            if error.code != .interrupted { report(id, .waiting(reason: "\(error)")) }
            return nil
        }
    }

    private func ending(of record: DeployRecord, ended: DeployRecord?) async {
        tasks[record.id] = nil
        if ended != nil {
            // The follow-up, the hold and the blocks are in the journal; the queue must know them before
            // anything else starts. If it cannot be read now, the next start will.
            if let state = try? await tools.journal.service(record.service) { remember(state) }
            let waiting = (try? await tools.journal.waiting()) ?? []
            for next in waiting where next.follows == record.id && queue.waitingRecord(of: next.service) == nil {
                queue.restore(waiting: next)
            }
            queue.finished(record.service)
        }
        for watcher in watchers.removeValue(forKey: record.id) ?? [] { watcher.resume(returning: ended) }
        pump()
    }

    private func takeUp(_ record: DeployRecord) async throws(Problem) {
        queue.restore(running: record)
        guard services[record.service] != nil, tools.drivers[record.driver] != nil else {
            let message =
                "deploy \(record.id) was cut off and \(record.service) is no longer in the settings: put it back "
                + "and restart, so that the deploy can be finished or undone"
            try await tools.journal.add([
                Event(
                    at: tools.clock.now(), kind: .waiting, service: record.service, deploy: record.id, message: message)
            ])
            return
        }
        launch(record, recorded: try await tools.journal.entries(of: record.id))
    }

    private func giveUp(_ record: DeployRecord) async throws(Problem) {
        var record = record
        record.outcome = .failed
        record.reason = "\(record.service) is no longer in the settings"
        let now = tools.clock.now()
        record.started = now
        record.finished = now
        let state = try await tools.journal.service(record.service) ?? ServiceState(name: record.service)
        try await tools.journal.finish(
            Closing(
                record: record, entries: [], state: state, block: nil, clearsBlocks: false, followUp: nil,
                event: Event(
                    at: now, kind: .failed, service: record.service, deploy: record.id,
                    message: "deploy of \(record.service) failed: it is no longer in the settings")))
    }
}
