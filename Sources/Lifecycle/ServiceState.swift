package import Model

/// What the journal remembers of a service between deploys.
package struct ServiceState: Hashable, Sendable {
    package let name: String
    /// What Grapnel last saw it run; nil when nothing is known, for example after a failed deploy.
    package var current: Release?
    /// Since when that is known, or since when it is not; nil for a service that was never touched.
    package var currentSince: Timestamp?
    /// What `rollback` goes back to.
    package var previous: Release?
    package var hold: Mark?
    package var pause: Mark?
    /// A release that exists but may not be deployed by itself, because of a hold, a pause or a block.
    package var available: String?

    /// Somebody set this, then, for that reason.
    package struct Mark: Hashable, Sendable {
        package var reason: String
        package var by: String?
        package var since: Timestamp

        package init(reason: String, by: String?, since: Timestamp) {
            self.reason = reason
            self.by = by
            self.since = since
        }
    }

    package init(name: String) { self.name = name }
}
