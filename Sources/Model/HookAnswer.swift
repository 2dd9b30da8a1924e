/// What one run of a hook answered, before anyone asks whether it may answer that at its hook point.
package enum HookAnswer: Hashable, Sendable {
    /// Nothing against it; at `health`: healthy.
    case proceed
    case abort(reason: String)
    case postpone(Duration, reason: String)
    case rollBack(reason: String)
    /// `health` only: ask again later.
    case notYet(reason: String)
    /// `select-tag` only.
    case tag(String)
    /// `notify`: the message to send instead; `webhook`: what it means; `command`: changed arguments.
    case rewrite(JSON)
    /// `notify` only: tell nobody.
    case drop

    package func isAllowed(at point: HookPoint) -> Bool {
        switch self {
        case .proceed: true
        case .abort: point.mayAbort
        case .postpone: point.mayPostpone
        case .rollBack: point.mayRollBack
        case .notYet: point == .health
        case .tag: point == .selectTag
        case .rewrite: point == .notify || point == .webhook || point == .command
        case .drop: point == .notify
        }
    }

    package var name: String {
        switch self {
        case .proceed: "continue"
        case .abort: "abort"
        case .postpone: "defer"
        case .rollBack: "roll back"
        case .notYet: "not yet"
        case .tag: "tag"
        case .rewrite: "rewrite"
        case .drop: "drop"
        }
    }
}
