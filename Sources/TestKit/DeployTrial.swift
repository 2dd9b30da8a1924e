package import Lifecycle
package import Model

/// The deploys of one service by a real driver, with a journal in memory whose power can fail at any write.
package struct DeployTrial: Sendable {
    package let service: Service
    package let journal = MemoryJournal()
    package let hooks = RecordingHooks()
    /// What the deploys printed.
    package let lines = Recorded<String>()
    private let driver: any ServiceDriver
    private let clock: any WallClock

    /// As short as can be told apart from none.
    package static let health = HealthDefinition(
        grace: .seconds(10), stable: .milliseconds(300), interval: .milliseconds(100))

    package init(_ service: Service, by driver: any ServiceDriver, clock: any WallClock) {
        self.service = service
        self.driver = driver
        self.clock = clock
    }

    package func coordinator(_ power: PowerSupply = PowerSupply(), beside others: [Service] = []) -> Coordinator {
        Coordinator(
            tools: Coordinator.Tools(
                journal: journal.opened(on: power), drivers: [service.kind.driver: driver],
                hooks: hooks.restarted(on: power), prober: ScriptedProber(), orphans: RecordingOrphans(), clock: clock
            ) { [lines] _, progress in
                if case .line(let line) = progress { lines.append(line) }
            },
            services: [service] + others, limits: DeployLimits())
    }

    /// One deploy to its end.
    @discardableResult
    package func deploy(
        _ wish: Wish = Wish(), by trigger: Trigger = Trigger(.commandLine)
    ) async throws -> DeployRecord {
        let coordinator = coordinator()
        try await coordinator.start()
        let accepted = try await coordinator.request(service.name, wish, by: trigger)
        guard case .queued(let id) = accepted, let record = try await coordinator.outcome(of: id) else {
            throw Problem(.failed, "\(accepted)")
        }
        await coordinator.stop(grace: .seconds(1))
        return record
    }

    /// A life of the agent that asks for a deploy, or takes up what the one before has left, until it has nothing to do or
    /// no power; false when it never comes to that.
    package func live(_ power: PowerSupply = PowerSupply()) async -> Bool {
        let coordinator = coordinator(power)
        var isOver = true
        do {
            try await coordinator.start()
            if journal.deploys.isEmpty {
                _ = try await coordinator.request(service.name, Wish(), by: Trigger(.commandLine))
            }
            // Nobody is told of an end that could not be written down.
            isOver = await wait(.seconds(300)) {
                power.hasFailed || journal.deploys.allSatisfy { $0.outcome != nil }
            }
        } catch {
            // Without power.
        }
        await coordinator.stop(grace: .zero)
        return isOver
    }
}
