package import Model

/// A service as `status` shows it. The names are a contract. What could not be observed is `unknown`.
package struct ServiceReport: Hashable, Sendable {
    package var service: Service
    package var state: ServiceState
    package var activity: Coordinator.Activity
    /// Why the deploy that runs cannot go on for now.
    package var stall: String?
    package var blocks: [Block]
    package var lastDeploy: DeployRecord?
    /// What a look at it just now said: healthy, not healthy because of something, or unknown.
    package var health: Health
    package var isPausedGlobally: Bool
    /// What is there of it; nil where there is nothing to look at, or it could not be seen.
    package var presence: Presence?
    /// Why nothing is known of what it is now.
    package var doubt: String?
    /// Nil for one that nobody looks at for new releases.
    package var poll: PollState?

    package enum Health: Hashable, Sendable {
        /// It has no check that could be asked.
        case none
        case healthy
        /// Its own check has not come to an end yet.
        case starting
        case unhealthy(reason: String)
        case unknown(reason: String)

        package var name: String {
            switch self {
            case .none: "none"
            case .starting: "starting"
            case .healthy: "healthy"
            case .unhealthy: "unhealthy"
            case .unknown: "unknown"
            }
        }

        package var reason: String? {
            switch self {
            case .none, .healthy: nil
            case .starting: "its health check is still starting"
            case .unhealthy(let reason), .unknown(let reason): reason
            }
        }

        /// Of two findings the one that counts: what is bad, before what is not known, before what is good.
        package func worse(than other: Health) -> Health { weight >= other.weight ? self : other }

        private var weight: Int {
            switch self {
            case .none: 0
            case .healthy: 1
            case .starting: 2
            case .unknown: 3
            case .unhealthy: 4
            }
        }
    }

    package init(
        service: Service, state: ServiceState, activity: Coordinator.Activity, stall: String?, blocks: [Block],
        lastDeploy: DeployRecord?, health: Health, isPausedGlobally: Bool, presence: Presence? = nil,
        doubt: String? = nil, poll: PollState? = nil
    ) {
        self.service = service
        self.state = state
        self.activity = activity
        self.stall = stall
        self.blocks = blocks
        self.lastDeploy = lastDeploy
        self.health = health
        self.isPausedGlobally = isPausedGlobally
        self.presence = presence
        self.doubt = doubt
        self.poll = poll
    }

    /// One word for what is going on.
    package var stateName: String {
        if !service.isEnabled { return "disabled" }
        if activity.running != nil { return "deploying" }
        if activity.waiting != nil { return "waiting" }
        if doubt != nil { return "unknown" }
        if let presence, presence.state != .running { return presence.state.rawValue }
        if state.current != nil { return "deployed" }
        return state.currentSince == nil ? "never deployed" : "unknown"
    }

    package var isPaused: Bool { state.pause != nil || service.isPaused || isPausedGlobally }

    /// Which of the pauses has to end first for it to go on.
    package var pausedBy: String? {
        if service.isPaused { return "settings" }
        if isPausedGlobally { return "everything" }
        return state.pause != nil ? "service" : nil
    }

    /// Unless a look since then has found that there is nothing else than what runs.
    private var available: String? { poll?.finding == .upToDate ? nil : state.available }

    /// Why it is as it is, when that is not plain from the rest.
    package var note: String? {
        if let stall { return "waits: \(stall)" }
        if let obstacle = activity.obstacle { return obstacle.text }
        if let doubt { return doubt }
        if let reason = presence?.reason { return reason }
        if let reason = health.reason { return reason }
        if service.isPaused { return "paused in the settings" }
        if let pause = state.pause { return "paused: \(pause.reason)" }
        if isPausedGlobally { return "everything is paused" }
        if let hold = state.hold { return "held: \(hold.reason)" }
        if state.current == nil, let reason = lastDeploy?.reason { return reason }
        if case .unknown(let reason)? = poll?.finding { return "not known whether there is a new release: \(reason)" }
        if let available {
            if case .nothing(let reason)? = poll?.finding {
                return reason.hasPrefix(available) ? reason : "\(available) is not deployed: \(reason)"
            }
            return "a release is available: \(available)"
        }
        if case .nothing(let reason)? = poll?.finding { return "no new release: \(reason)" }
        return nil
    }

    package var json: JSON {
        let release = state.current
        let image: String? = if case .image(let reference, _)? = release { reference } else { nil }
        let digest: String? = if case .image(_, let digest)? = release { digest } else { nil }
        let container: String? = if case .container(let it) = service.kind { it.container } else { nil }
        let revision: String? = if case .revision(let name)? = release { name } else { nil }
        return [
            "name": .string(service.name), "driver": .string(service.kind.driver.rawValue),
            "image": JSON(image), "digest": JSON(digest), "revision": JSON(revision),
            "container": JSON(container), "state": .string(stateName), "health": .string(health.name),
            "blocked": .array(blocks.map { .string($0.release.identity) }), "paused": .bool(isPaused),
            "paused_by": JSON(pausedBy),
            "held": JSON(state.hold?.reason), "available": JSON(available), "note": JSON(note),
            "doubt": JSON(doubt), "poll": poll?.json ?? .null,
            "running": JSON(activity.running?.text), "waiting": JSON(activity.waiting?.text),
            "since": JSON(state.currentSince.map { "\($0)" }),
            "last_deploy": lastDeploy.map { record in
                [
                    "id": .string(record.id.text), "outcome": JSON(record.outcome?.rawValue),
                    "reason": JSON(record.reason), "finished": JSON(record.finished.map { "\($0)" }),
                    "to": record.to?.json ?? .null,
                ]
            } ?? .null,
        ]
    }
}

extension DeployQueue.Obstacle {
    /// For people, after "waits: ".
    package var text: String {
        switch self {
        case .running(let id): "waits for deploy \(id) to end"
        case .turn(let service): "waits for its turn after \(service)"
        case .limit(let limit): "waits, \(limit) deploy\(limit == 1 ? "" : "s") run\(limit == 1 ? "s" : "") at most"
        case .paused: "waits for the pause to end"
        case .prune: "waits for grapnel prune to end"
        case .notBefore(let moment): "waits until \(moment)"
        case .window(let opens?): "waits for its window, which opens at \(opens)"
        case .window: "waits for a window that never opens: its time zone is not known here"
        case .notDurable: "is being accepted"
        }
    }
}
