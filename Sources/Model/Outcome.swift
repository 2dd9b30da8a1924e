/// How a deploy ended. Never better than the truth.
package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case deployed
    case rolledBack = "rolled-back"
    case failed
    /// A hook's veto.
    case aborted
    case deferred
    case blocked
    case unchanged

    /// The exit code of `grapnel deploy`.
    package var exitCode: Int32 {
        switch self {
        case .deployed, .unchanged: 0
        case .failed, .rolledBack, .aborted, .blocked: 1
        case .deferred: 75
        }
    }
}
