/// A place in the lifecycle where hooks run. The raw value is what users write: directory names,
/// `argv[1]` of executables, `GRAPNEL_HOOK`.
package enum HookPoint: String, Hashable, Sendable, CaseIterable {
    case selectTag = "select-tag"
    case prePull = "pre-pull"
    case verify
    case preUp = "pre-up"
    case postUp = "post-up"
    case health
    case rollback
    case notify
    case webhook
    case command

    /// The function's name in a Lua drop-in.
    package var luaName: String { String(rawValue.map { $0 == "-" ? "_" : $0 }) }

    /// A hook that fails here, or says so, ends the deploy with nothing changed.
    package var mayAbort: Bool {
        switch self {
        case .prePull, .verify, .preUp, .command: true
        case .selectTag, .postUp, .health, .rollback, .notify, .webhook: false
        }
    }

    package var mayPostpone: Bool { self == .prePull || self == .preUp }

    /// A hook that fails here, or says so, has the old release put back.
    package var mayRollBack: Bool { self == .postUp || self == .health }

    /// Runs again and again by nature, so a run that was cut off needs no care.
    package var isRepeated: Bool { self == .health }

    package var purpose: String {
        switch self {
        case .selectTag: "choosing the release"
        case .prePull: "freezes, disk checks, approvals"
        case .verify: "signatures, scans, age"
        case .preUp: "backups, drain"
        case .postUp: "migrations, warm-up, smoke tests"
        case .health: "what \"works\" means"
        case .rollback: "undo migrations, page someone"
        case .notify: "telling people"
        case .webhook: "decoding payloads"
        case .command: "checking remote commands"
        }
    }
}
