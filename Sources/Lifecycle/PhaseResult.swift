package import Model

/// What came of a phase.
package enum PhaseResult: Hashable, Sendable {
    /// `select`.
    case selected(Selection)
    case planned(Plan, block: Block?)
    /// `pull`, `up`.
    case done
    /// The hook phases.
    case answered(ChainAnswer)
    /// `health` and `restored`.
    case passed
    case refused(reason: String)
    /// `rollback`.
    case undone(Undone)
    case settled(warning: String?)
    case failed(Problem)
    /// Recovery only: this hook was in flight.
    case cutOff(hook: String)
    /// Recovery only: the driver cannot go on with `up`.
    case cannotGoOn(reason: String)

    /// One word for the history.
    package var name: String {
        switch self {
        case .selected, .planned, .done, .passed, .settled, .undone(.restored), .answered(.proceed), .answered(.tag):
            "ok"
        case .answered(.abort): "aborted"
        case .answered(.postpone): "deferred"
        case .answered(.rollBack), .refused: "refused"
        case .answered(.failed), .failed, .undone(.notRestored): "failed"
        case .cutOff, .cannotGoOn: "cut off"
        }
    }
}

/// What the hooks of one point answered together: the first answer other than "continue" ends the chain.
package enum ChainAnswer: Hashable, Sendable {
    case proceed
    case tag(String)
    case abort(reason: String, hook: String)
    case postpone(Duration, reason: String, hook: String)
    case rollBack(reason: String, hook: String)
    /// It erred, ran out of time or answered something that it may not answer there.
    case failed(Problem, hook: String)
}
