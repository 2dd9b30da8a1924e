package import Lifecycle
package import Model
import Synchronization

/// A running agent: the coordinator, the notifier, the logs, and the answers to what can be asked of it.
package final class Agent: Sendable {
    package typealias AgentJournal = any DeployJournal & EventOutbox

    /// How long a running deploy may take to end when the agent is asked to stop; after that it is cut
    /// off, and taken up again at the next start. Below the 90 s after which systemd would kill.
    package static let stopGrace: Duration = .seconds(60)

    let journal: AgentJournal
    let coordinator: Coordinator
    let logs: DeployLogs
    let hub: ProgressHub
    let log: Log
    let clock: any WallClock
    let parts: Mutex<AgentParts>
    let notifier: Notifier
    package let poller: Poller
    private let notifying = Mutex<Task<Void, Never>?>(nil)
    /// Of the settings and of what is found beside them.
    let changes = Turns()
    let discovery: Discovery
    let found = Mutex(Discovery.Findings())
    /// How many looks have begun.
    let looks = Atomic(0)
    let looking = Mutex<Task<Void, Never>?>(nil)
    private let remake: @Sendable () async throws(Problem) -> AgentParts

    /// `remake` reads the settings again, for a reload.
    package init(
        journal: AgentJournal, parts: AgentParts, orphans: any OrphanEnder, logs: DeployLogs, hub: ProgressHub,
        log: Log, clock: any WallClock, localTimes: (any LocalTimes)? = nil,
        remake: @escaping @Sendable () async throws(Problem) -> AgentParts
    ) {
        self.journal = journal
        self.logs = logs
        self.log = log
        self.clock = clock
        self.remake = remake
        self.parts = Mutex(parts)
        self.hub = hub
        coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: journal, drivers: parts.drivers, hooks: parts.hooks, prober: parts.prober,
                orphans: orphans, clock: clock, localTimes: localTimes
            ) { id, progress in hub.report(id, progress) },
            services: parts.services, limits: parts.limits)
        discovery = Discovery(journal: journal, log: log)
        notifier = Notifier(outbox: journal, journal: journal, log: log, parts: parts)
        poller = Poller(coordinator: coordinator, journal: journal, clock: clock, log: log)
    }

    /// Takes up what a kill has cut off and begins to notify and to poll. `notifyEvery` is how often the outbox is looked
    /// into.
    package func start(
        notifyEvery pause: Duration = .milliseconds(500), polls: Bool = true
    ) async throws(Problem) {
        for warning in parts.withLock({ $0.warnings }) { log.warning(warning) }
        try await recallServices()
        try await coordinator.start()
        await pollAgain(anew: false)
        if polls {
            keepLooking()
            await poller.start()
        }
        let task = Task { [notifier, clock] in await notifier.run(every: pause, clock: clock) }
        notifying.withLock { $0 = task }
    }

    package func stop() async {
        looking.withLock { $0 }?.cancel()
        await poller.stop()
        await coordinator.stop(grace: Agent.stopGrace)
        hub.finishAll()
        let task = notifying.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// With the services and settings of now.
    func pollAgain(anew: Bool) async {
        let current = parts.withLock { $0 }
        await poller.apply(
            services, Poller.Tools(drivers: current.pollDrivers, hooks: current.quietHooks, quotas: current.quotas),
            anew: anew)
    }

    /// Throws, and changes nothing, when the new settings are bad.
    package func reload() async throws(Problem) -> [String] {
        await changes.begin()
        let result: Result<[String], Problem>
        do throws(Problem) {
            result = .success(try await change())
        } catch {
            result = .failure(error)
        }
        await changes.end()
        return try result.get()
    }

    private func change() async throws(Problem) -> [String] {
        let new = try await remake()
        parts.withLock { $0 = new }
        let complaints = try await use(new.search?.first ?? .seen(Sighting.Seen()), new, anew: true)
        keepLooking()
        log.info("settings reloaded, \(services.count) services")
        for warning in new.warnings { log.warning(warning) }
        return new.warnings + complaints
    }
}
