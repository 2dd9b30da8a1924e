package import Model

/// What the owner wants, checked. The initial values are the defaults.
package struct Settings: Hashable, Sendable {
    /// Where the HTTP API listens; nowhere if it is empty.
    package var listen = [ListenAddress(host: "127.0.0.1", port: 8470)]
    package var tls: TLSFiles?
    /// Listening without TLS where others can reach it is wanted.
    package var allowsPlainHTTP = false
    package var trustedProxies: [NetworkRange] = []
    package var discovery = DiscoverySettings()
    package var polling = Polling.every(.seconds(300))
    package var windows: [MaintenanceWindow] = []
    package var deploys = DeployLimits()
    package var hooks = HookLimits()
    /// What hooks that declare the need are given by name.
    package var secrets: [String: Secret] = [:]
    /// By host (`ghcr.io`) or host and path (`ghcr.io/me`); the longest that fits counts.
    package var registries: [String: RegistryAccess] = [:]
    package var dockerConfig: String?
    package var allowedImages: [String] = []
    package var notify: [NotifyTarget] = []
    package var webhooks: [WebhookDefinition] = []
    /// In the order of the files.
    package var services: [Service] = []
    package var commands: [CommandDefinition] = []
    package var tokens: [TokenIssuer] = []
    /// Who may call the API at all; everyone if it is empty.
    package var allowedCallers: [NetworkRange] = []
    package var compat = CompatSettings()
    package var state = StateSettings()
    package var metricsListen: ListenAddress?
    package var log = LogSettings()

    package init() {}
}
