package import Lifecycle
package import Model

/// What an agent is put together from, made from the settings; made anew at each reload.
package struct AgentParts: Sendable {
    package var services: [Service]
    package var limits: DeployLimits
    package var drivers: [Driver: any ServiceDriver]
    package var hooks: any HookSource
    package var prober: any Prober
    package var channels: [any NotificationChannel]
    package var keeper: any ReleaseKeeper
    /// What is worth saying about the settings, the hooks and the plugins.
    package var warnings: [String]

    package init(
        services: [Service], limits: DeployLimits, drivers: [Driver: any ServiceDriver], hooks: any HookSource,
        prober: any Prober, channels: [any NotificationChannel], keeper: any ReleaseKeeper, warnings: [String]
    ) {
        self.services = services
        self.limits = limits
        self.drivers = drivers
        self.hooks = hooks
        self.prober = prober
        self.channels = channels
        self.keeper = keeper
        self.warnings = warnings
    }
}
