package import Model

/// What is there of a service between two deploys, as one look shows it.
package struct Presence: Hashable, Sendable {
    /// The names are a contract: `status` shows them.
    package enum State: String, Hashable, Sendable {
        case running, paused, restarting, stopped, missing
        /// It runs, and another release than was deployed: somebody made it anew.
        case changed
    }

    package var state: State
    /// Why it is so, for people.
    package var reason: String?
    /// What that and a check of its own say; `.none` when neither says anything.
    package var health: ServiceReport.Health

    package init(_ state: State, _ reason: String? = nil, health: ServiceReport.Health = .none) {
        self.state = state
        self.reason = reason
        self.health = health
    }

    /// For what runs: whether that is what was deployed last.
    package func comparing(_ release: Release, with current: Release) -> Presence {
        guard !release.isSame(as: current) else { return self }
        return Presence(
            .changed, "it runs \(release.shortText), and not \(current.shortText), which was deployed last",
            health: health)
    }
}

extension Look.Health {
    /// As `status` says it.
    package var forStatus: ServiceReport.Health {
        switch self {
        case .none: .none
        case .starting: .starting
        case .healthy: .healthy
        case .unhealthy(let reason): .unhealthy(reason: reason)
        }
    }
}
