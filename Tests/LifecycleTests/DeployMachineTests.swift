@testable import Lifecycle
import Model
import Testing

@Suite("The deploy machine")
struct DeployMachineTests {
    private static let problem = Problem(.failed, "no such luck")
    private static let obstacle = Problem(.limit, "too many open files")

    /// Everything that can come of a phase.
    static func results(of phase: Phase) -> [PhaseResult] {
        switch phase {
        case .select:
            [
                .selected(.open), .selected(.tag("1.1", nil)), .selected(.nothing(reason: "none", nil)),
                .failed(problem), .cutOff(hook: "choose"),
            ]
        case .plan:
            [
                .planned(Plan(from: old, to: new), block: nil),
                .planned(Plan(from: old, to: new), block: block(new)),
                .planned(Plan(from: nil, to: new), block: nil),
                .planned(Plan(from: old, to: old), block: nil),
                .planned(Plan(from: old, to: nil, reason: "no tag matches"), block: nil),
                .planned(Plan(from: old, to: .image(reference: "shop/web:1.1", digest: "")), block: nil),
                .failed(problem),
            ]
        case .prePull, .verify, .preUp, .postUp, .rollbackHooks:
            [
                .answered(.proceed), .answered(.abort(reason: "no", hook: "h")),
                .answered(.postpone(.seconds(60), reason: "later", hook: "h")),
                .answered(.rollBack(reason: "bad", hook: "h")), .answered(.failed(problem, hook: "h")),
                .failed(problem), .cutOff(hook: "h"),
            ]
        case .pull: [.done, .failed(problem)]
        case .up:
            [.done, .failed(problem), .failed(obstacle), .cannotGoOn(reason: "half of it is gone")]
        case .health, .restored: [.passed, .refused(reason: "it exited with code 1"), .failed(problem)]
        case .settle: [.settled(warning: nil), .settled(warning: "an image is left"), .failed(problem)]
        case .rollback: [.undone(.restored), .undone(.notRestored(reason: "nothing ran before")), .failed(problem)]
        }
    }

    struct Step: Hashable {
        let phase: Phase
        let result: PhaseResult
    }

    struct Story {
        let force: Bool
        var steps: [Step] = []
        let conclusion: Conclusion
        let machine: DeployMachine

        func result(of phase: Phase) -> PhaseResult? { steps.last { $0.phase == phase }?.result }
        func reached(_ phase: Phase) -> Bool { steps.contains { $0.phase == phase } }
    }

    /// Every story that the machine can tell, told to the end. A machine that does not end would not let
    /// this return.
    static let stories: [Story] = [false, true].flatMap { force in
        var stories: [Story] = []
        func tell(_ machine: DeployMachine, _ steps: [Step]) {
            switch machine.state {
            case .finished(let conclusion):
                stories.append(Story(force: force, steps: steps, conclusion: conclusion, machine: machine))
            case .at(let phase):
                precondition(steps.count < 20, "it goes in circles: \(steps)")
                for result in results(of: phase) {
                    var next = machine
                    next.advance(result)
                    tell(next, steps + [Step(phase: phase, result: result)])
                }
            }
        }
        tell(DeployMachine(Wish(force: force)), [])
        return stories
    }

    @Test("tells thousands of stories, and each of them ends")
    func stories() {
        #expect(Self.stories.count > 2_000)
        #expect(Set(Self.stories.map(\.conclusion.outcome)) == Set(Outcome.allCases))
        #expect(Set(Self.stories.flatMap { $0.steps.map(\.phase) }) == Set(Phase.allCases))
    }

    @Test("says deployed only after the gate has passed and the release was settled")
    func deployed() {
        for story in Self.stories where story.conclusion.outcome == .deployed {
            #expect(story.result(of: .health) == .passed)
            #expect(story.reached(.settle))
            #expect(!story.reached(.rollback))
            #expect(story.conclusion.runs == .known(new) || story.force && story.conclusion.runs == .known(old))
            #expect(!story.conclusion.blocks && story.conclusion.next == .nothing)
        }
    }

    @Test("does not touch the service after a veto, a delay or a failure before it")
    func untouched() {
        for story in Self.stories {
            let stop = story.steps.firstIndex { step in
                guard step.phase.isBeforeChanges else { return false }
                return switch step.result {
                case .answered(.proceed), .answered(.rollBack), .selected, .done: false
                case .planned: story.steps.last == step
                default: true
                }
            }
            guard let stop else { continue }
            #expect(stop == story.steps.count - 1)
            #expect(!story.reached(.up) && !story.reached(.rollback))
            #expect(!story.conclusion.blocks)
            #expect(
                story.conclusion.runs
                    == (story.machine.to == nil && story.result(of: .plan)?.plan == nil
                        ? .asBefore : .known(story.machine.from)))
        }
    }

    @Test("never goes forward again once it goes back")
    func back() {
        for story in Self.stories {
            guard let turn = story.steps.firstIndex(where: { $0.phase == .rollback }) else { continue }
            let after = story.steps[turn...].map(\.phase)
            let isKnown = story.machine.from != nil
            #expect(
                [[.rollback], isKnown ? [.rollback, .rollbackHooks, .restored] : [.rollback, .rollbackHooks]]
                    .contains(after))
        }
    }

    @Test("says rolled back only after the old release was restored and has passed")
    func rolledBack() {
        for story in Self.stories where story.conclusion.outcome == .rolledBack {
            #expect(story.result(of: .rollback) == .undone(.restored))
            #expect(story.result(of: .restored) == .passed)
            #expect(story.conclusion.runs == .known(story.machine.from))
        }
        for story in Self.stories where story.reached(.rollback) && story.conclusion.outcome != .rolledBack {
            #expect(story.conclusion.outcome == .failed)
            // What was put back runs, even if it does not pass.
            let isRefused = if case .refused? = story.result(of: .restored) { true } else { false }
            #expect(story.conclusion.runs == (isRefused ? .known(story.machine.from) : .unknown))
        }
    }

    @Test("blocks a release exactly when that release failed in up, post-up or health")
    func blocks() {
        for story in Self.stories {
            let isBad = story.steps.contains { step in
                switch (step.phase, step.result) {
                case (.up, .failed(Self.problem)), (.postUp, .answered(.rollBack)), (.postUp, .answered(.failed)),
                    (.postUp, .failed), (.health, .refused), (.health, .failed):
                    true
                default: false
                }
            }
            // The very release that is put back and passes is not what failed.
            var isCleared = story.conclusion.outcome == .rolledBack && story.machine.to == story.machine.from
            // Nor is it the release when the old one does not pass either.
            if case .refused? = story.result(of: .restored) { isCleared = true }
            #expect(story.conclusion.blocks == (isBad && !isCleared))
        }
    }

    @Test("tries again what failed before anything was changed, and what only an interruption undid")
    func retries() {
        for story in Self.stories {
            guard case .retry = story.conclusion.next else { continue }
            #expect([.failed, .aborted, .rolledBack].contains(story.conclusion.outcome))
            #expect(!story.conclusion.blocks)
            if story.conclusion.outcome == .rolledBack {
                #expect(
                    [.cannotGoOn(reason: "half of it is gone"), .failed(Self.obstacle)].contains(
                        story.result(of: .up)))
            }
        }
        for story in Self.stories where story.conclusion.outcome == .failed && !story.reached(.up) {
            #expect(story.conclusion.next == .retry(isTransient: true))
        }
        for story in Self.stories where story.conclusion.outcome == .deferred {
            #expect(story.conclusion.next == .postponed(.seconds(60)))
        }
    }

    @Test("goes back against the will of hooks when it is forced to, and says how when it is not")
    func emergency() throws {
        for phase in [Phase.prePull, .verify, .preUp] {
            for answer in [
                ChainAnswer.abort(reason: "no", hook: "h"), .postpone(.seconds(60), reason: "later", hook: "h"),
                .failed(Self.problem, hook: "h"),
            ] {
                var machine = try at(phase, goesBack: true, force: true)
                machine.advance(.answered(answer))
                #expect(machine.state == .at(phase.next))
                machine = try at(phase, goesBack: false, force: true)
                machine.advance(.answered(answer))
                guard case .finished(let forced) = machine.state else { Issue.record("\(machine.state)"); return }
                #expect(forced.reason?.contains("--force") == false)
                machine = try at(phase, goesBack: true)
                machine.advance(.answered(answer))
                guard case .finished(let end) = machine.state else { Issue.record("\(machine.state)"); return }
                #expect(end.reason?.hasSuffix("; rollback --force goes back all the same") == true)
            }
        }
    }

    @Test("deploys nothing that is missing, unknown, running already or blocked, unless it is forced to the last two")
    func nothing() {
        for story in Self.stories {
            guard let plan = story.result(of: .plan)?.plan else { continue }
            let isUnknown = plan.plan.to?.identity.isEmpty != false
            let isHindered = plan.plan.to == plan.plan.from || plan.block != nil
            if isUnknown || isHindered && !story.force { #expect(!story.reached(.prePull)) }
            if !isUnknown, story.force { #expect(story.reached(.prePull)) }
        }
    }

    @Test("comes back from the journal as it was, in every state in which it can be written down")
    func snapshots() throws {
        var states: Set<DeployMachine> = []
        func visit(_ machine: DeployMachine) {
            guard case .at(let phase) = machine.state, states.insert(machine).inserted else { return }
            for result in Self.results(of: phase) {
                var next = machine
                next.advance(result)
                visit(next)
            }
            for times in 1...3 {
                var next = machine
                next.interrupted(times: times)
                visit(next)
            }
        }
        for force in [false, true] {
            visit(DeployMachine(Wish(force: force)))
            visit(DeployMachine(Wish(.previous, force: force)))
        }
        #expect(states.count > 40)
        for machine in states { #expect(try DeployMachine(snapshot: JSON(parsing: machine.snapshot.text)) == machine) }
    }

    @Test("refuses a snapshot that it cannot have written")
    func brokenSnapshot() {
        #expect(throws: Problem(.corrupt, #"journal: a deploy's state cannot be read: {"phase":"lunch"}"#)) {
            try DeployMachine(snapshot: ["phase": "lunch"])
        }
    }

    @Test("gives up on a release that goes down with the agent three times, but not on a rollback that does")
    func interruptions() throws {
        for phase in Phase.allCases {
            for times in 1...4 {
                var machine = try at(phase)
                machine.interrupted(times: times)
                let isForward = [.up, .postUp, .health].contains(phase)
                #expect(machine.state == .at(isForward && times >= 3 ? .rollback : phase))
            }
        }
        var machine = try at(.health)
        machine.interrupted(times: 3)
        machine.advance(.undone(.restored))
        machine.advance(.answered(.proceed))
        machine.advance(.passed)
        #expect(
            machine.state
                == .finished(
                    Conclusion(
                        outcome: .rolledBack, reason: "the agent was cut off 3 times during this deploy",
                        runs: .known(old), blocks: true)))
    }

    private func at(_ phase: Phase, goesBack: Bool = false, force: Bool = false) throws -> DeployMachine {
        try DeployMachine(
            snapshot: [
                "phase": .string(phase.rawValue), "force": .bool(force), "goes_back": .bool(goesBack), "from": old.json,
                "to": new.json,
            ])
    }

    /// What the machine says to people, for each way in which a deploy can end.
    @Test("gives reasons in these words", arguments: endings)
    func reasons(_ expected: Reason) throws {
        var machine = try at(expected.phase)
        for result in expected.results { machine.advance(result) }
        guard case .finished(let conclusion) = machine.state else {
            Issue.record("not at its end: \(machine.state)")
            return
        }
        #expect(conclusion.outcome == expected.outcome)
        #expect(conclusion.reason == expected.text)
    }

    struct Reason: Sendable, CustomTestStringConvertible {
        let phase: Phase
        let results: [PhaseResult]
        let outcome: Outcome
        let text: String?
        var testDescription: String { text ?? "none" }
    }

    static let endings: [Reason] = [
        // Nothing to do.
        Reason(
            phase: .plan, results: [.planned(Plan(from: old, to: old), block: nil)], outcome: .unchanged,
            text: "\(old.shortText) runs already"),
        Reason(
            phase: .plan, results: [.planned(Plan(from: old, to: nil, reason: "no tag matches"), block: nil)],
            outcome: .unchanged, text: "no tag matches"),
        Reason(
            phase: .plan, results: [.planned(Plan(from: old, to: nil), block: nil)], outcome: .unchanged,
            text: "there is nothing to deploy"),
        Reason(
            phase: .plan, results: [.planned(Plan(from: old, to: new), block: block(new))], outcome: .blocked,
            text: "\(new.shortText) is blocked: health: it exited with code 1"),
        // A check that could not be made is not "up to date".
        Reason(
            phase: .plan,
            results: [
                .planned(
                    Plan(
                        from: .image(reference: "shop/web:1.0", digest: ""),
                        to: .image(reference: "shop/web:1.1", digest: "")), block: nil)
            ], outcome: .failed, text: "plan: it is not known which digest shop/web:1.1 stands for"),
        // Before anything has changed.
        Reason(
            phase: .pull, results: [.failed(Problem(.unreachable, "registry: no answer within 10s"))],
            outcome: .failed, text: "pull: registry: no answer within 10s"),
        Reason(
            phase: .verify, results: [.answered(.abort(reason: "the signature is missing", hook: "cosign"))],
            outcome: .aborted, text: "cosign: the signature is missing"),
        Reason(
            phase: .preUp, results: [.answered(.postpone(.seconds(3600), reason: "not at night", hook: "web.lua"))],
            outcome: .deferred, text: "web.lua: not at night"),
        Reason(
            phase: .preUp, results: [.cutOff(hook: "20-backup")], outcome: .aborted,
            text: "20-backup was running when the agent was killed, its result is unknown"),
        // After something has.
        Reason(
            phase: .up,
            results: [
                .failed(Problem(.conflict, "the port is taken")), .undone(.restored), .answered(.proceed), .passed,
            ], outcome: .rolledBack, text: "up: the port is taken"),
        Reason(
            phase: .postUp,
            results: [
                .answered(.rollBack(reason: "migration failed", hook: "web.lua")), .undone(.restored),
                .answered(.proceed), .passed,
            ], outcome: .rolledBack, text: "web.lua: migration failed"),
        Reason(
            phase: .health,
            results: [.refused(reason: "it exited with code 1"), .undone(.restored), .answered(.proceed), .passed],
            outcome: .rolledBack, text: "health: it exited with code 1"),
        Reason(
            phase: .health,
            results: [.refused(reason: "it exited with code 1"), .undone(.notRestored(reason: "nothing ran before"))],
            outcome: .failed, text: "health: it exited with code 1; nothing ran before"),
        Reason(
            phase: .health, results: [.refused(reason: "it is gone"), .failed(Problem(.conflict, "name in use"))],
            outcome: .failed, text: "health: it is gone; the rollback failed: name in use"),
        Reason(
            phase: .health,
            results: [
                .refused(reason: "it is gone"), .undone(.restored), .answered(.proceed),
                .refused(reason: "it exited with code 2"),
            ], outcome: .failed,
            text:
                "health: it is gone; the old release is back but does not pass either: it exited with code 2"),
        Reason(
            phase: .health,
            results: [
                .refused(reason: "it is gone"), .undone(.restored), .answered(.proceed),
                .failed(Problem(.failed, "no access")),
            ], outcome: .failed,
            text: "health: it is gone; the old release could not be watched: no access"),
        // Good ones.
        Reason(phase: .settle, results: [.settled(warning: nil)], outcome: .deployed, text: nil),
        Reason(
            phase: .settle, results: [.failed(Problem(.failed, "the old container is in use"))], outcome: .deployed,
            text: "not tidied up: the old container is in use"),
    ]
}

extension PhaseResult {
    fileprivate var plan: (plan: Plan, block: Block?)? {
        guard case .planned(let plan, let block) = self else { return nil }
        return (plan, block)
    }
}
