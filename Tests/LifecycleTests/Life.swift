@testable import Lifecycle
import Model
import TestKit
import Testing

/// One machine with one service on it, and the lives of the agent there, each from a start to the next kill.
struct Machine: Sendable {
    let journal = MemoryJournal()
    let world: SimulatedWorld
    let hooks: RecordingHooks
    let clock = ManualClock()
    let orphans = RecordingOrphans()
    let service: Service
    let continuation: Continuation

    init(_ scenario: Scenario) {
        world = SimulatedWorld(running: scenario.isFirst ? nil : old)
        world.offer(new)
        world.offer(new, as: "1.1")
        scenario.prepare(world)
        hooks = RecordingHooks(scenario.hooks)
        service = LifecycleTests.service()
        continuation = scenario.continuation
    }

    /// A life of the agent. It starts, takes up what the one before has left, asks for the deploy if nobody
    /// did so yet, and has nothing left to do, or no power.
    func live(_ power: PowerSupply, asking scenario: Scenario) async {
        let journal = journal.opened(on: power)
        let coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: journal,
                drivers: [.container: SimulatedDriver(world, power: power, afterInterruption: continuation)],
                hooks: hooks.restarted(on: power), prober: ScriptedProber(), orphans: orphans, clock: clock
            ) { _, _ in },
            services: [service], limits: DeployLimits())
        do throws(Problem) {
            try await coordinator.start()
            if self.journal.deploys.isEmpty {
                _ = try await coordinator.request("web", scenario.wish, by: scenario.trigger)
            }
        } catch {
            // Without power.
        }
        await coordinator.rest()
    }

    /// Hooks that were run and whose result the journal does not know, by the deploy.
    func hooksInFlight() async -> [DeployID: JournalEntry] {
        var found: [DeployID: JournalEntry] = [:]
        for record in journal.deploys where record.isUnfinished {
            let entries = (try? await journal.entries(of: record.id)) ?? []
            let last = entries.last { $0.phase == record.phase && $0.step.hasPrefix("hook:") }
            if let last, last.kind == .intent { found[record.id] = last }
        }
        return found
    }
}

extension Coordinator {
    /// Until nothing runs and nothing is due: with a clock that jumps, the end of all stories.
    func rest() async {
        while true {
            if let task = tasks.values.first {
                await task.value
            } else if let alarm {
                await alarm.task.value
            } else {
                return
            }
        }
    }
}

/// What is deployed, by whom, and how the world answers.
struct Scenario: Sendable, CustomTestStringConvertible {
    var name: String
    var wish = Wish()
    var trigger = Trigger(.commandLine, by: "alice")
    var hooks: [RecordingHooks.Script] = []
    var isFirst = false
    var continuation = Continuation.goOn
    /// The release is bad, and is seen to be.
    var isBad = false
    /// How it may end, killed or not.
    var outcomes: Set<Outcome>
    var prepare: @Sendable (SimulatedWorld) -> Void = { _ in }

    var testDescription: String { name }
}
