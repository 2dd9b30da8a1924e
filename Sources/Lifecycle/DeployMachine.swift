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
        package enum Cause: String, Hashable, Sendable {
            /// It may not come back by itself.
            case release
            /// Something else stood in the way: the release was never really tried.
            case circumstance
            /// The agent was cut off; the release is as good as before and may be tried again.
            case interruption
            /// Nobody knows what a hook did before it was cut off, so nothing is tried again by itself.
            case unknownHook = "unknown-hook"
        }

        package var reason: String
        package var cause: Cause
    }

    /// A deploy that is cut off this often on its way forward goes back: the release itself may be what
    /// brings the machine down.
    package static let interruptionLimit = 3

    package private(set) var state: State
    package private(set) var from: Release?
    package private(set) var to: Release?
    /// The tag that a hook or a policy chose.
    package private(set) var chosen: String?
    package private(set) var failure: Failure?
    private let force: Bool
    /// Somebody wants the release before this one back, and has no time for hooks that are against it.
    private let goesBack: Bool

    package init(_ wish: Wish) { self.init(force: wish.force, goesBack: wish.target == .previous) }

    private init(force: Bool, goesBack: Bool) {
        self.force = force
        self.goesBack = goesBack
        state = .at(.select)
    }

    /// What hooks say against a deploy before anything has changed does not count.
    package var overridesVetoes: Bool { force && goesBack }

    package mutating func advance(_ result: PhaseResult) {
        guard case .at(let phase) = state else { return }
        switch result {
        case .failed(let problem): failed(in: phase, problem)
        case .cutOff(let hook): cutOff(in: phase, hook: hook)
        case .cannotGoOn(let reason): undo(reason, .interruption)
        case .answered(let answer): answered(answer, in: phase)
        case .selected(.nothing(let reason, _)): finish(.unchanged, reason, runs: .asBefore)
        case .selected(let selection):
            chosen = selection.tag
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
        undo("the agent was cut off \(times) times during this deploy", .release)
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
        // Two releases without a digest would look the same, and a check that could not be made is not
        // "up to date".
        guard !wanted.identity.isEmpty else {
            to = nil
            return finish(
                .failed, "plan: it is not known which digest \(wanted.shortText) stands for", runs: .known(plan.from),
                next: .retry(isTransient: true))
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
        case (_, _) where phase.isBeforeChanges && overridesVetoes: state = .at(phase.next)
        case (.abort(let reason, let hook), _) where phase.isBeforeChanges:
            finish(.aborted, "\(hook): \(reason)\(wayPast)", runs: unmoved)
        case (.postpone(let delay, let reason, let hook), _) where phase.isBeforeChanges:
            finish(.deferred, "\(hook): \(reason)\(wayPast)", runs: unmoved, next: .postponed(delay))
        case (.rollBack(let reason, let hook), .postUp):
            undo("\(hook): \(reason)", .release)
        case (.failed(let problem, let hook), .postUp):
            undo("\(hook): \(problem)", .release)
        case (.failed(let problem, let hook), _) where phase.isBeforeChanges:
            finish(.aborted, "\(hook): \(problem)\(wayPast)", runs: unmoved, next: .retry(isTransient: true))
        // Whatever it was: nothing there may change the course.
        case (_, .rollbackHooks): rollbackHooksEnded()
        default: state = .at(phase.next)
        }
    }

    private var wayPast: String { goesBack ? "; rollback --force goes back all the same" : "" }

    private mutating func failed(in phase: Phase, _ problem: Problem) {
        switch phase {
        case .select, .plan, .prePull, .pull, .verify, .preUp:
            finish(
                .failed, "\(phase.rawValue): \(problem)", runs: unmoved,
                next: .retry(isTransient: problem.code.mayPass))
        case .up, .postUp, .health:
            undo("\(phase.rawValue): \(problem)", problem.code.blamesRelease ? .release : .circumstance)
        case .settle:
            // It runs and has passed; what could not be tidied away is a warning, not a failure.
            state = .finished(
                Conclusion(outcome: .deployed, reason: "not tidied up: \(problem)", runs: .known(to)))
        case .rollback:
            finish(.failed, "\(failureText); the rollback failed: \(problem)")
        case .rollbackHooks: rollbackHooksEnded()
        case .restored:
            finish(.failed, "\(failureText); the old release could not be watched: \(problem)")
        }
    }

    /// A hook was running when the agent was killed and may not be run again: nobody knows what it did.
    private mutating func cutOff(in phase: Phase, hook: String) {
        let reason = "\(hook) was running when the agent was killed, its result is unknown"
        if phase.isBeforeChanges {
            finish(.aborted, reason, runs: unmoved)
        } else if phase == .postUp {
            undo(reason, .unknownHook)
        } else if phase == .rollbackHooks {
            rollbackHooksEnded()
        } else {
            state = .at(phase.next)
        }
    }

    /// Nobody can see that something is back of which nobody knows what it was.
    private mutating func rollbackHooksEnded() {
        guard from == nil else {
            state = .at(.restored)
            return
        }
        finish(
            .failed, "\(failureText); it is not known that anything ran before", next: next(after: failure?.cause))
    }

    private func next(after cause: Failure.Cause?) -> Conclusion.Next {
        switch cause {
        case .interruption, .circumstance: .retry(isTransient: true)
        case .release, .unknownHook, nil: .nothing
        }
    }

    private mutating func passed(_ phase: Phase) {
        if phase == .restored {
            finish(.rolledBack, failureText, runs: .known(from), next: next(after: failure?.cause))
        } else {
            state = .at(phase.next)
        }
    }

    private mutating func refused(_ reason: String, in phase: Phase) {
        if phase == .restored {
            // Then it is not the release: what it needs is missing, or the check is wrong.
            failure?.cause = .circumstance
            finish(
                .failed, "\(failureText); the old release is back but does not pass either: \(reason)",
                runs: .known(from), next: next(after: failure?.cause))
        } else {
            undo("health: \(reason)", .release)
        }
    }

    private mutating func undo(_ reason: String, _ cause: Failure.Cause) {
        failure = Failure(reason: reason, cause: cause)
        state = .at(.rollback)
    }

    private var failureText: String { failure?.reason ?? "undone" }

    /// What runs when a deploy ends before it has changed anything; before `plan` nobody has looked.
    private var unmoved: Conclusion.Runs { to == nil ? .asBefore : .known(from) }

    private mutating func finish(
        _ outcome: Outcome, _ reason: String, runs: Conclusion.Runs = .unknown, next: Conclusion.Next = .nothing
    ) {
        // Re-created and failed, then put back and passed: it is not the release that is bad.
        let isCleared = outcome == .rolledBack && to?.isSame(as: from) == true
        state = .finished(
            Conclusion(
                outcome: outcome, reason: reason, runs: runs, next: next,
                blocks: failure?.cause == .release && !isCleared))
    }
}

extension Problem.Code {
    /// In a phase that tries the release: it is what did not work, rather than something in its way.
    fileprivate var blamesRelease: Bool { self == .failed || self == .timeout }

    /// The same may work later, with nobody changing anything.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .timeout, .limit, .failed, .conflict, .corrupt, .interrupted: true
        case .usage, .invalid, .notFound, .forbidden, .unsupported: false
        }
    }
}

// MARK: - For the journal

extension DeployMachine {
    /// Everything that is needed to go on, for the journal. Only a running machine is written down: the
    /// end of a deploy is its outcome.
    package var snapshot: JSON {
        let phase: Phase? = if case .at(let phase) = state { phase } else { nil }
        return [
            "phase": JSON(phase?.rawValue), "force": .bool(force), "goes_back": .bool(goesBack),
            "from": from?.json ?? .null,
            "to": to?.json ?? .null, "chosen": JSON(chosen),
            "failure": failure.map { ["reason": .string($0.reason), "cause": .string($0.cause.rawValue)] } ?? .null,
        ]
    }

    package init(snapshot: JSON) throws(Problem) {
        guard let name = snapshot["phase"]?.string, let phase = Phase(rawValue: name),
            let force = snapshot["force"]?.bool
        else { throw Problem(.corrupt, "journal: a deploy's state cannot be read: \(snapshot.text)") }
        self.init(force: force, goesBack: snapshot["goes_back"]?.bool ?? false)
        state = .at(phase)
        from = snapshot["from"].flatMap(Release.init(json:))
        to = snapshot["to"].flatMap(Release.init(json:))
        chosen = snapshot["chosen"]?.string
        if let written = snapshot["failure"], let reason = written["reason"]?.string {
            // Without a cause nothing is blocked, and nothing is tried again.
            let cause = written["cause"]?.string.flatMap(Failure.Cause.init(rawValue:)) ?? .unknownHook
            failure = Failure(reason: reason, cause: cause)
        }
    }
}
