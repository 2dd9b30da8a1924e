package import Model

/// What all hooks are run with.
package struct HookSurroundings: Sendable {
    package var limits: HookLimits
    /// The agent's own environment; only what `DeployEnvironment` names gets through.
    package var environment: [String: String]
    /// A line for a deploy's log. Called on threads that must not block, so it must not.
    package var log: @Sendable (DeployID, String) -> Void

    package init(
        limits: HookLimits, environment: [String: String], log: @escaping @Sendable (DeployID, String) -> Void
    ) {
        self.limits = limits
        self.environment = environment
        self.log = log
    }
}
