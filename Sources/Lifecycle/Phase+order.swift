package import Model

extension Phase {
    /// The phase after this one when all goes well.
    var next: Phase {
        switch self {
        case .select: .plan
        case .plan: .prePull
        case .prePull: .pull
        case .pull: .verify
        case .verify: .preUp
        case .preUp: .up
        case .up: .postUp
        case .postUp: .health
        case .health, .settle: .settle
        case .rollback: .rollbackHooks
        case .rollbackHooks, .restored: .restored
        }
    }

    /// Whatever fails up to here leaves the service as it was.
    package var isBeforeChanges: Bool {
        switch self {
        case .select, .plan, .prePull, .pull, .verify, .preUp: true
        case .up, .postUp, .health, .settle, .rollback, .rollbackHooks, .restored: false
        }
    }

    var isForwardWithChanges: Bool { self == .up || self == .postUp || self == .health }

    /// The hook point whose hooks are what this phase does.
    package var hookPoint: HookPoint? {
        switch self {
        case .prePull: .prePull
        case .verify: .verify
        case .preUp: .preUp
        case .postUp: .postUp
        case .rollbackHooks: .rollback
        case .select, .plan, .pull, .up, .health, .settle, .rollback, .restored: nil
        }
    }
}
