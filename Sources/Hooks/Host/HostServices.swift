package import HTTPClient
package import Lifecycle
package import Model

/// What the functions of `agent` reach the world through. The same for all hooks and plugins.
package struct HostServices: Sendable {
    package var clock: any WallClock
    package var http: HTTPClient
    package var store: any HookStore
    /// By name; nil for one that does not exist.
    package var secret: @Sendable (String) -> Secret?
    /// The agent's own environment.
    package var environment: [String: String]

    package init(
        clock: any WallClock, http: HTTPClient, store: any HookStore, environment: [String: String],
        secret: @escaping @Sendable (String) -> Secret? = { _ in nil }
    ) {
        self.clock = clock
        self.http = http
        self.store = store
        self.environment = environment
        self.secret = secret
    }
}
