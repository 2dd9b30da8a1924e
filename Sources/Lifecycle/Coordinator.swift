package import Model

/// Takes wishes, lets the queue decide who may start, runs the deploys and takes up at start what a kill
/// has cut off. The one place where deploys begin and end.
///
/// An actor's methods mix wherever they wait. Whatever reads and then writes what the journal holds of one
/// service is therefore done in that service's turn (`inTurn`): a request is on the disk before the next
/// one is considered, and a deploy's end, a pause and a resume do not write over each other.
package actor Coordinator {
    package struct Tools: Sendable {
        package var journal: any DeployJournal
        package var drivers: [Driver: any ServiceDriver]
        package var hooks: any HookSource
        package var prober: any Prober
        package var orphans: any OrphanEnder
        package var clock: any WallClock
        /// For windows; nil where there are none.
        package var localTimes: (any LocalTimes)?
        package var progress: @Sendable (DeployID, DeployProgress) -> Void

        package init(
            journal: any DeployJournal, drivers: [Driver: any ServiceDriver], hooks: any HookSource,
            prober: any Prober, orphans: any OrphanEnder, clock: any WallClock, localTimes: (any LocalTimes)? = nil,
            progress: @escaping @Sendable (DeployID, DeployProgress) -> Void
        ) {
            self.journal = journal
            self.drivers = drivers
            self.hooks = hooks
            self.prober = prober
            self.orphans = orphans
            self.clock = clock
            self.localTimes = localTimes
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

    var tools: Tools
    var queue: DeployQueue
    var services: [String: Service]
    var blockFor: Duration?
    var tasks: [DeployID: Task<Void, Never>] = [:]
    var alarm: (due: Timestamp, task: Task<Void, Never>)?
    var isStopping = false
    var isPruning = false
    /// Cut off, and without settings to go on with.
    package internal(set) var stranded: [DeployRecord] = []
    private var pausedInJournal: Set<String> = []
    private var turns: [String: [CheckedContinuation<Void, Never>]] = [:]
    var watchers = OutcomeWatchers()

    package init(tools: Tools, services: [Service], limits: DeployLimits) {
        self.tools = tools
        self.services = Dictionary(services.map { ($0.name, $0) }) { _, last in last }
        queue = DeployQueue(limit: limits.concurrency)
        blockFor = limits.blockFor
        queue.locks = Coordinator.locks(services)
        queue.timetables = Coordinator.timetables(services, tools.localTimes)
        queue.pausedServices = Set(services.filter(\.isPaused).map(\.name))
    }

    /// `offering` is the release that a poll or a webhook has found, if it knows.
    package func request(
        _ name: String, _ wish: Wish, by trigger: Trigger, offering: Release? = nil
    ) async throws(Problem) -> Accepted {
        let answer = try await inTurn(name) { () throws(Problem) in
            try await ask(name, wish, by: trigger, offering: offering)
        }
        pump()
        return answer
    }

    private func ask(
        _ name: String, _ wish: Wish, by trigger: Trigger, offering: Release?
    ) async throws(Problem) -> Accepted {
        guard !isStopping else { throw Problem(.interrupted, "the agent is being stopped") }
        let service = try configured(name)
        guard let driver = tools.drivers[service.kind.driver] else { throw Problem.unbuiltDriver(service) }
        try driver.check(wish, for: service)
        let now = tools.clock.now()
        if trigger.kind.isAutomatic, let offering, let block = try await block(of: offering, on: name, at: now) {
            try await noteAvailable(
                name, offering, reason: "it is blocked: \(block.reason)", trigger: trigger, at: now)
            return .declined(reason: "\(offering.shortText) is blocked: \(block.reason)")
        }
        var random = SystemRandomNumberGenerator()
        let record = DeployRecord(
            id: DeployID(at: now, random: &random), service: name, driver: service.kind.driver, trigger: trigger,
            wish: wish, accepted: now)
        switch queue.ask(record) {
        case .declined(let reason):
            try await noteAvailable(name, offering, reason: reason, trigger: trigger, at: now)
            return .declined(reason: reason)
        case .queued(let record):
            try await accept(record, at: now)
            return .queued(record.id)
        case .coalesced(let record):
            try await accept(record, at: now)
            return .coalesced(record.id)
        }
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
        queue.timetables = Coordinator.timetables(new, tools.localTimes)
        updatePauses()
        holdBack()
        try await takeUpStranded()
        pump()
    }

    /// Lets running deploys end for as long as `grace`, then cuts them off; the journal knows how to go on.
    package func stop(grace: Duration) async {
        isStopping = true
        alarm?.task.cancel()
        let deadline = Task {
            do {
                try await tools.clock.sleep(for: grace)
                for task in tasks.values { task.cancel() }
            } catch {
                // Everything has ended in time.
            }
        }
        while let task = tasks.values.first { await task.value }
        deadline.cancel()
        watchers.endAll()
    }

    package var runningCount: Int { queue.runningCount }

    func configured(_ name: String) throws(Problem) -> Service {
        guard let service = services[name] else { throw Problem.unknownService(name, among: Array(services.keys)) }
        try service.checkEnabled()
        return service
    }

    func remember(_ state: ServiceState) {
        queue.holds[state.name] = state.hold?.reason
        if state.pause != nil { pausedInJournal.insert(state.name) } else { pausedInJournal.remove(state.name) }
        updatePauses()
    }

    private func updatePauses() {
        queue.pausedServices = pausedInJournal.union(services.values.filter(\.isPaused).map(\.name))
    }

    private static func timetables(
        _ services: [Service], _ times: (any LocalTimes)?
    ) -> [String: WindowTimetable] {
        guard let times else { return [:] }
        let pairs = services.filter { !$0.windows.isEmpty }.map { service in
            (service.name, WindowTimetable(service.windows, times: times))
        }
        return Dictionary(pairs) { _, last in last }
    }

    private static func locks(_ services: [Service]) -> [String: String] {
        // Whoever shares a file or a project with another, shares its lock, and that of all who share with those.
        var groups: [(names: [String], shared: Set<String>)] = []
        for service in services {
            guard case .compose(let definition) = service.kind else { continue }
            var own = (names: [service.name], shared: Set(definition.files))
            if let project = definition.project { own.shared.insert("project \(project)") }
            for group in groups where !group.shared.isDisjoint(with: own.shared) {
                own = (group.names + own.names, group.shared.union(own.shared))
            }
            groups.removeAll { !$0.shared.isDisjoint(with: own.shared) }
            groups.append(own)
        }
        var locks: [String: String] = [:]
        for group in groups { for name in group.names { locks[name] = "compose \(group.names[0])" } }
        return locks
    }
}

// MARK: - Turns

extension Coordinator {
    /// Work on one service's part of the journal, one after the other in the order in which it came.
    func inTurn<Value: Sendable>(
        _ service: String, _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        if turns[service] == nil {
            turns[service] = []
        } else {
            await withCheckedContinuation { turns[service]?.append($0) }
        }
        defer {
            if turns[service]?.isEmpty == false {
                turns[service]?.removeFirst().resume()
            } else {
                turns[service] = nil
            }
        }
        return try await work()
    }
}
