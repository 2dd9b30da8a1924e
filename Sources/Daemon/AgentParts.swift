package import Lifecycle
package import Model

/// What an agent is put together from, made from the settings; made anew at each reload.
package struct AgentParts: Sendable {
    /// Those that files describe.
    package var services: [Service]
    /// For those that no file describes.
    package var search: ServiceSearch?
    package var limits: DeployLimits
    package var drivers: [Driver: any ServiceDriver]
    /// The same for looks at new releases.
    package var pollDrivers: [Driver: any ServiceDriver]
    /// For plans, and looks at new releases: what hooks say belongs to no deploy, and is kept nowhere.
    package var quietHooks: any HookSource
    package var quotas: (any RegistryQuotas)?
    package var hooks: any HookSource
    package var prober: any Prober
    package var channels: [any NotificationChannel]
    package var keeper: any ReleaseKeeper
    /// What is worth saying about the settings, the hooks and the plugins.
    package var warnings: [String]

    package init(
        services: [Service], limits: DeployLimits, drivers: [Driver: any ServiceDriver], hooks: any HookSource,
        prober: any Prober, channels: [any NotificationChannel], keeper: any ReleaseKeeper, warnings: [String],
        search: ServiceSearch? = nil, pollDrivers: [Driver: any ServiceDriver]? = nil,
        quietHooks: (any HookSource)? = nil,
        quotas: (any RegistryQuotas)? = nil
    ) {
        self.services = services
        self.limits = limits
        self.drivers = drivers
        self.hooks = hooks
        self.prober = prober
        self.channels = channels
        self.keeper = keeper
        self.warnings = warnings
        self.search = search
        self.pollDrivers = pollDrivers ?? drivers
        self.quietHooks = quietHooks ?? hooks
        self.quotas = quotas
    }
}
