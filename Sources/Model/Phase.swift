/// One step of a deploy, in the order in which they come.
package enum Phase: String, Hashable, Sendable, CaseIterable {
    case select
    case plan
    case prePull = "pre-pull"
    case pull
    case verify
    case preUp = "pre-up"
    case up
    case postUp = "post-up"
    case health
    /// The new release is settled and what is left of the old one is tidied away.
    case settle
    case rollback
    case rollbackHooks = "rollback-hooks"
    /// The old release is back and is watched like a new one.
    case restored
}
