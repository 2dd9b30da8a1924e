/// One observation of a service, for the gate.
package struct Look: Hashable, Sendable {
    package enum Running: Hashable, Sendable {
        /// There is no process to watch: a script ran to its end with exit code 0.
        case notAProcess
        case running
        case exited(code: Int)
        case restarting
        /// Not all of it is there yet.
        case coming(reason: String)
        case missing
        /// It is not what it should be, as another release, or not in the state that it should be in.
        case wrong(reason: String)
    }

    package enum Health: Hashable, Sendable {
        /// It has no check of its own.
        case none
        case starting
        case healthy
        case unhealthy(reason: String)
    }

    package var running: Running
    package var restarts: Int
    /// When it was started last, in whatever words: another moment than at the look before means that it was down.
    package var startedAt: String?
    package var health: Health
    /// How long its own health check may take by its own settings, when there are any: the start period
    /// and two intervals. The gate waits at least that long.
    package var ownGrace: Duration?

    package init(
        running: Running, restarts: Int = 0, startedAt: String? = nil, health: Health = .none,
        ownGrace: Duration? = nil
    ) {
        self.running = running
        self.restarts = restarts
        self.startedAt = startedAt
        self.health = health
        self.ownGrace = ownGrace
    }
}
