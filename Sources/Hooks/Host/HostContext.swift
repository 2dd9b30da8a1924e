package import Lifecycle
package import Model

/// What a function of `agent` knows of who calls it.
package struct HostContext: Sendable {
    /// Such as `web.lua` or `web/post-up.d/20-migrate.lua`; for a plugin its kind and name, `notify/discord`.
    package var file: String
    /// Nil for plugins of a kind that belongs to no hook point.
    package var point: HookPoint?
    /// Nil outside hooks.
    package var event: HookEvent?
    /// The powers that the file has declared and the settings allow.
    package var needs: Set<Power>
    package var limits: HookLimits
    package var services: HostServices
    /// Some lines for the deploy's log, or for the agent's own when there is no deploy. Bounded.
    package var log: @Sendable (String) -> Void

    package init(
        file: String, point: HookPoint?, event: HookEvent? = nil, needs: Set<Power>, limits: HookLimits,
        services: HostServices, log: @escaping @Sendable (String) -> Void
    ) {
        self.file = file
        self.point = point
        self.event = event
        self.needs = needs
        self.limits = limits
        self.services = services
        self.log = log
    }

    package var deploy: Deploy? { event?.deploy }
}
