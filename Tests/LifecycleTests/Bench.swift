@testable import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

/// An agent on a simulated machine, for tests that look at one thing after the other. Its clock stands
/// still until it is turned, and nothing in a good deploy waits for it.
struct Bench: Sendable {
    let journal = MemoryJournal()
    let world: SimulatedWorld
    let clock = ManualClock(jumps: false)
    let orphans: RecordingOrphans
    let hooks: RecordingHooks
    let prober: ScriptedProber
    let services: [Service]
    let progress = Progress()
    let coordinator: Coordinator
    var limits = DeployLimits()
    var tags: [String]?

    init(
        _ services: [Service] = [.plain()], running: Release? = old, hooks: [RecordingHooks.Script] = [],
        prober: ScriptedProber = ScriptedProber(), orphans: RecordingOrphans = RecordingOrphans(),
        limits: DeployLimits = DeployLimits(), tags: [String]? = nil, localTimes: (any LocalTimes)? = nil
    ) {
        world = SimulatedWorld(running: running)
        world.offer(new)
        world.offer(new, as: "1.1")
        world.offer(newer, as: "1.2")
        self.hooks = RecordingHooks(hooks)
        self.prober = prober
        self.orphans = orphans
        self.services = services
        self.limits = limits
        self.tags = tags
        let progress = progress
        coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: journal, drivers: [.container: SimulatedDriver(world, tags: tags)], hooks: self.hooks,
                prober: prober, orphans: orphans, clock: clock, localTimes: localTimes
            ) { _, update in progress.note(update) },
            services: services, limits: limits)
    }

    /// The agent after a restart.
    func restarted(_ others: [Service]? = nil, _ continuation: Continuation = .goOn) -> Coordinator {
        let progress = progress
        return Coordinator(
            tools: Coordinator.Tools(
                journal: journal,
                drivers: [.container: SimulatedDriver(world, tags: tags, afterInterruption: continuation)],
                hooks: hooks, prober: prober, orphans: orphans, clock: clock
            ) { _, update in progress.note(update) },
            services: others ?? services, limits: limits)
    }

    @discardableResult
    func deploy(
        _ wish: Wish = Wish(), _ trigger: Trigger = Trigger(.commandLine, by: "alice"), of service: String = "web",
        offering: Release? = nil
    ) async throws -> DeployRecord {
        let answer = try await coordinator.request(service, wish, by: trigger, offering: offering)
        let id = try #require(answer.id)
        return try #require(try await coordinator.outcome(of: id))
    }

    var messages: [String] { journal.events.map(\.message) }
    var last: DeployRecord? { journal.deploys.last }
    var rows: [DeployRecord] { journal.deploys.filter(\.isWaiting) }

    func state(of service: String = "web") async throws -> ServiceState {
        try await journal.service(service) ?? ServiceState(name: service)
    }
}

extension Coordinator.Accepted {
    var id: DeployID? {
        switch self {
        case .queued(let id), .coalesced(let id): id
        case .declined: nil
        }
    }
}

final class Progress: Sendable {
    private let updates = Mutex<[DeployProgress]>([])

    func note(_ update: DeployProgress) { updates.withLock { $0.append(update) } }

    var lines: [String] {
        updates.withLock { updates in
            updates.compactMap { update in
                switch update {
                case .line(let line): line
                case .waiting(let reason): "waiting: \(reason)"
                default: nil
                }
            }
        }
    }
}

/// Waits for what another task is about to bring about. The limit is only for a test that fails.
func until(
    _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ isTrue: () async throws -> Bool
) async throws {
    for _ in 0..<20_000 {
        if try await isTrue() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record(what ?? "it did not come about", sourceLocation: sourceLocation)
}

extension Service {
    /// One look is enough.
    static func plain(_ name: String = "web", isPaused: Bool = false, isEnabled: Bool = true) -> Service {
        var service = service(name, health: HealthDefinition(grace: .seconds(10), stable: .zero), isPaused: isPaused)
        service.isEnabled = isEnabled
        return service
    }
}

let newer = image("1.2")
