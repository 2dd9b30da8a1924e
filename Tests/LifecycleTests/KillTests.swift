@testable import Lifecycle
import Model
import Testing
import TestKit

/// `kill -9` at any instant leaves the service on the old release or the new one, running, with the history
/// telling the truth. The power fails just before and just after each write of the journal, each change of
/// the world and each run of a hook: in the first life, and again in the lives that recover from it.
@Suite("A deploy that is killed")
struct KillTests {
    /// The instants at which each life is cut off. Answers how many instants the life after them had.
    private func play(_ scenario: Scenario, killedAt instants: [Int]) async -> Int {
        let machine = Machine(scenario)
        var inFlight: [DeployID: JournalEntry] = [:]
        for instant in instants {
            await machine.live(PowerSupply(failingAt: instant), asking: scenario)
            inFlight.merge(await machine.hooksInFlight()) { _, new in new }
        }
        let power = PowerSupply()
        await machine.live(power, asking: scenario)
        let story = Story(scenario: scenario, machine: machine, inFlight: inFlight)
        let complaints = await story.complaints()
        #expect(complaints == [], "\(scenario.name), killed at \(instants)")
        return power.count
    }

    /// 1,794 instants over all scenarios.
    @Test("comes to a true end from every instant of its life", arguments: Scenario.all)
    func once(_ scenario: Scenario) async {
        let count = await play(scenario, killedAt: [])
        #expect(count > 20)
        for instant in 1...count { _ = await play(scenario, killedAt: [instant]) }
        Attachment.record("\(count) instants", named: "\(scenario.name).txt")
    }

    /// Every pair of instants takes minutes, so there are only some of them, unless there is time.
    @Test(
        "comes to a true end from an instant of its recovery too, and of the recovery from that",
        arguments: Scenario.all)
    func again(_ scenario: Scenario) async {
        var dice = Seeded(7)
        let count = await play(scenario, killedAt: [])
        if isLong {
            for first in 1...count {
                let length = await play(scenario, killedAt: [first])
                for second in 1...max(1, length) { _ = await play(scenario, killedAt: [first, second]) }
            }
        }
        for kills in 2...4 {
            for _ in 0..<(isLong ? 1_000 : 15) {
                _ = await play(scenario, killedAt: (0..<kills).map { _ in Int.random(in: 1...count, using: &dice) })
            }
        }
    }
}

/// What must hold in the end, whatever happened on the way.
struct Story {
    let scenario: Scenario
    let machine: Machine
    /// Hooks whose result a kill has swallowed.
    let inFlight: [DeployID: JournalEntry]

    func complaints() async -> [String] {
        var complaints: [String] = machine.journal.violations
        func expect(_ isTrue: Bool, _ complaint: @autoclosure () -> String) {
            if !isTrue { complaints.append(complaint()) }
        }
        let deploys = machine.journal.deploys
        let last = deploys.last { deploy in !deploys.contains { $0.follows == deploy.id } }
        let running = machine.world.running
        let state = try? await machine.journal.service("web")
        let blocks = (try? await machine.journal.blocks(service: nil)) ?? []

        expect(deploys.allSatisfy { $0.outcome != nil }, "something is left to do: \(deploys)")
        expect(machine.hooks.openSessions == 0, "a session was left open")

        // Exactly one copy, of the old or of the new release, and nothing left over.
        let isNothing = scenario.isFirst && last?.outcome != .deployed
        let expected = last?.outcome == .deployed ? new : old
        expect(running == (isNothing ? [] : [expected]), "\(running) run after \(last?.outcome as Any)")
        let leftOver = machine.world.containers.filter { $0.name != "web" }
        let isLeftBehind = last?.reason == "not tidied up: in use"
        expect(leftOver.isEmpty || isLeftBehind, "left over: \(leftOver)")

        // The journal tells the truth.
        let isUnknown = last?.outcome == .failed
        expect(
            state?.current == running.first || isUnknown && state?.current == nil, "current is \(state?.current as Any)"
        )
        let isGivenUp = (last?.interruptions ?? 0) >= DeployMachine.interruptionLimit
        let outcomes = isGivenUp ? scenario.outcomes.union([.rolledBack]) : scenario.outcomes
        expect(
            last?.outcome.map(outcomes.contains) ?? false, "ended as \(last?.outcome as Any): \(last?.reason ?? "")")
        expect(last?.outcome != .deployed || !scenario.isBad, "a bad release was deployed")

        // What was seen to be bad is blocked; what was only cut off is not.
        let isUnseen = last.map { inFlight[$0.id] != nil } ?? false
        if scenario.isBad {
            expect(blocks.map(\.release) == [new] || isUnseen, "not blocked: \(last?.reason ?? "")")
        } else {
            expect(blocks.isEmpty || isGivenUp, "blocked: \(blocks)")
        }

        // No hook runs twice in one deploy unless it says that it may.
        let runs = Dictionary(grouping: machine.hooks.runs.filter { !$0.hook.isIdempotent }) { run in
            "\(run.event.deploy.id) \(run.event.point) \(run.hook.name)"
        }
        for (hook, runs) in runs { expect(runs.count == 1, "\(hook) ran \(runs.count) times") }

        // A hook whose result nobody knows has its deploy undone.
        for (id, entry) in inFlight where entry.data["idempotent"]?.bool != true {
            let outcome = deploys.first { $0.id == id }?.outcome
            let isUndone = outcome == .aborted || outcome == .rolledBack || outcome == .failed
            expect(isUndone, "\(entry.step) was in flight, and yet \(outcome as Any)")
        }
        return complaints
    }
}
