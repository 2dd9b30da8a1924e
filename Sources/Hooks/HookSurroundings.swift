package import LuaRuntime
package import Model

/// What all hooks are run with.
package struct HookSurroundings: Sendable {
    package var limits: HookLimits
    package var services: HostServices
    /// What Lua runs on.
    package var threads: LuaThreads
    /// A line for a deploy's log. Called on threads that must not block, so it must not.
    package var log: @Sendable (DeployID, String) -> Void
    /// The same for what whoever watches the deploy has to see.
    package var warn: @Sendable (DeployID, String) -> Void

    package init(
        limits: HookLimits, services: HostServices, threads: LuaThreads = LuaThreads(),
        log: @escaping @Sendable (DeployID, String) -> Void, warn: (@Sendable (DeployID, String) -> Void)? = nil
    ) {
        self.limits = limits
        self.services = services
        self.threads = threads
        self.log = log
        self.warn = warn ?? log
    }
}
