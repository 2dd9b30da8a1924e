package import Model

/// What a deploy does next, and how it ends. Pure: it is told what came of each phase and answers with
/// the next one. All of it can be written down and read back, so a deploy goes on after a kill from
/// exactly where it was.
///
///     select → plan → pre-pull → pull → verify → pre-up → up → post-up → health → settle → deployed
///       │       │        │        │       │        │      └──────┬───────┘
///       └───────┴────────┴────────┴───────┴────────┘         rollback → rollback-hooks → restored
///        nothing has changed: unchanged, blocked,                │                          │
///        aborted, deferred, failed                             failed            rolled-back │ failed
package struct DeployMachine: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case at(Phase)
        case finished(Conclusion)
    }

    /// Why the old release is put back.
    package struct Failure: Hashable, Sendable {
        package var reason: String
        /// The release itself failed, rather than the power or the agent.
        package var isBlamed: Bool
    }

    /// A deploy that is cut off this often on its way forward goes back: the release itself may be what
    /// brings the machine down.
    package static let interruptionLimit = 3

    package private(set) var state: State
    package private(set) var from: Release?
    package private(set) var to: Release?
    /// The tag that a hook chose.
    package private(set) var chosen: String?
    package private(set) var failure: Failure?
    private let force: Bool

    package init(force: Bool) {
        self.force = force
        state = .at(.select)
    }

    package mutating func advance(_ result: PhaseResult) {
        guard case .at(let phase) = state else { return }
        switch result {
        case .failed(let problem): failed(in: phase, problem)
        case .cutOff(let hook): cutOff(in: phase, hook: hook)
        case .cannotGoOn(let reason):
            undo(reason, blamed: false)
        case .answered(let answer): answered(answer, in: phase)
        case .selected(let tag):
            chosen = tag
            state = .at(.plan)
        case .planned(let plan, let block): planned(plan, block: block)
        case .done: state = .at(phase.next)
        case .passed: passed(phase)
        case .refused(let reason): refused(reason, in: phase)
        case .undone(.restored): state = .at(.rollbackHooks)
        case .undone(.notRestored(let reason)):
            finish(.failed, "\(failureText); \(reason)")
        case .settled(let warning):
            state = .finished(Conclusion(outcome: .deployed, reason: warning, runs: .known(to)))
        }
    }

    /// The agent was killed and counts how often that happened to this deploy. Call before going on.
    package mutating func interrupted(times: Int) {
        guard case .at(let phase) = state, phase.isForwardWithChanges, times >= DeployMachine.interruptionLimit
        else { return }
        undo("the agent was cut off \(times) times during this deploy", blamed: true)
    }

    /// Whether to wait and try the phase again rather than to fail: once the world may have changed,
    /// silence of the other side proves nothing and undoing needs it too.
    package static func waits(for problem: Problem, in phase: Phase) -> Bool {
        problem.code == .unreachable && !phase.isBeforeChanges
    }
}

// MARK: - Transitions

extension DeployMachine {
    private mutating func planned(_ plan: Plan, block: Block?) {
        from = plan.from
        to = plan.to
        guard let wanted = plan.to else {
            return finish(.unchanged, plan.reason ?? "there is nothing to deploy", runs: .known(plan.from))
        }
        if wanted.isSame(as: plan.from), !force {
            return finish(.unchanged, "\(wanted.shortText) runs already", runs: .known(plan.from))
        }
        if let block, !force {
            return finish(
                .blocked, "\(wanted.shortText) is blocked: \(block.reason)", runs: .known(plan.from))
        }
        state = .at(.prePull)
    }

    private mutating func answered(_ answer: ChainAnswer, in phase: Phase) {
        switch (answer, phase) {
        case (.abort(let reason, let hook), _) where phase.isBeforeChanges:
            finish(.aborted, "\(hook): \(reason)", runs: .known(from))
        case (.postpone(let delay, let reason, let hook), _) where phase.isBeforeChanges:
            finish(.deferred, "\(hook): \(reason)", runs: .known(from), next: .postponed(delay))
        case (.rollBack(let reason, let hook), .postUp):
            undo("\(hook): \(reason)", blamed: true)
        case (.failed(let problem, let hook), .postUp):
            undo("\(hook): \(problem)", blamed: true)
        case (.failed(let problem, let hook), _) where phase.isBeforeChanges:
            finish(.aborted, "\(hook): \(problem)", runs: .known(from), next: .retry)
        default:
            // `proceed`; and at `rollback-hooks` whatever it was: nothing there may change the course.
            state = .at(phase.next)
        }
    }

    private mutating func failed(in phase: Phase, _ problem: Problem) {
        switch phase {
        case .select, .plan, .prePull, .pull, .verify, .preUp:
            finish(.failed, "\(phase.rawValue): \(problem)", runs: from == nil ? .asBefore : .known(from), next: .retry)
        case .up, .postUp, .health:
            undo("\(phase.rawValue): \(problem)", blamed: true)
        case .settle:
            // It runs and has passed; what could not be tidied away is a warning, not a failure.
            state = .finished(
                Conclusion(outcome: .deployed, reason: "not tidied up: \(problem)", runs: .known(to)))
        case .rollback:
            finish(.failed, "\(failureText); the rollback failed: \(problem)")
        case .rollbackHooks:
            state = .at(.restored)
        case .restored:
            finish(.failed, "\(failureText); the old release could not be watched: \(problem)")
        }
    }

    /// A hook was running when the agent was killed and may not be run again: nobody knows what it did.
    private mutating func cutOff(in phase: Phase, hook: String) {
        let reason = "\(hook) was running when the agent was killed, its result is unknown"
        if phase.isBeforeChanges {
            finish(.aborted, reason, runs: .known(from))
        } else if phase == .postUp {
            undo(reason, blamed: false)
        } else {
            state = .at(phase.next)
        }
    }

    private mutating func passed(_ phase: Phase) {
        if phase == .restored {
            finish(.rolledBack, failureText, runs: .known(from))
        } else {
            state = .at(phase.next)
        }
    }

    private mutating func refused(_ reason: String, in phase: Phase) {
        if phase == .restored {
            finish(.failed, "\(failureText); the old release is back but does not pass either: \(reason)")
        } else {
            undo("health: \(reason)", blamed: true)
        }
    }

    private mutating func undo(_ reason: String, blamed: Bool) {
        failure = Failure(reason: reason, isBlamed: blamed)
        state = .at(.rollback)
    }

    private var failureText: String { failure?.reason ?? "undone" }

    private mutating func finish(
        _ outcome: Outcome, _ reason: String, runs: Conclusion.Runs = .unknown, next: Conclusion.Next = .nothing
    ) {
        state = .finished(
            Conclusion(
                outcome: outcome, reason: reason, runs: runs, next: next, blocks: failure?.isBlamed ?? false))
    }
}

// MARK: - For the journal

extension DeployMachine {
    /// Everything that is needed to go on, for the journal. Only a running machine is written down: the
    /// end of a deploy is its outcome.
    package var snapshot: JSON {
        let phase: Phase? = if case .at(let phase) = state { phase } else { nil }
        return [
            "phase": JSON(phase?.rawValue), "force": .bool(force), "from": from?.json ?? .null,
            "to": to?.json ?? .null, "chosen": JSON(chosen),
            "failure": failure.map { ["reason": .string($0.reason), "blamed": .bool($0.isBlamed)] } ?? .null,
        ]
    }

    package init(snapshot: JSON) throws(Problem) {
        guard let name = snapshot["phase"]?.string, let phase = Phase(rawValue: name),
            let force = snapshot["force"]?.bool
        else { throw Problem(.corrupt, "journal: a deploy's state cannot be read: \(snapshot.text)") }
        self.init(force: force)
        state = .at(phase)
        from = snapshot["from"].flatMap(Release.init(json:))
        to = snapshot["to"].flatMap(Release.init(json:))
        chosen = snapshot["chosen"]?.string
        if let reason = snapshot["failure"]?["reason"]?.string {
            failure = Failure(reason: reason, isBlamed: snapshot["failure"]?["blamed"]?.bool ?? false)
        }
    }
}
