package import HTTPClient
package import Lifecycle
package import Model

/// What the functions of `agent` reach the world through. The same for all hooks and plugins.
package struct HostServices: Sendable {
    package var clock: any WallClock
    package var http: HTTPClient
    package var store: any HookStore
    /// Nil where there is no engine to ask.
    package var container: (any HookContainer)?
    /// Of the repository that a policy chooses in; nil elsewhere.
    package var times: (any TagTimes)?
    /// What requests may not reach.
    package var barrier = AddressBarrier.linkLocal
    /// Variables that are shown beside those that everybody sees, by how they begin.
    package var shownVariables: [String] = []
    /// The agent's own environment.
    package var environment: [String: String]
    /// By name: the section `secrets` of the settings.
    let secrets: [String: Secret]
    /// Takes them out of whatever a hook says.
    let redaction: Redaction

    package init(
        clock: any WallClock, http: HTTPClient, store: any HookStore, environment: [String: String],
        secrets: [String: Secret] = [:], container: (any HookContainer)? = nil
    ) {
        self.clock = clock
        self.http = http
        self.store = store
        self.container = container
        self.environment = environment
        self.secrets = secrets
        redaction = Redaction(secrets.values.map(\.value))
    }
}
