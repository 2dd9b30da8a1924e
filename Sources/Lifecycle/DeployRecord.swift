package import Model

/// One deploy as the journal keeps it, from the moment it was accepted.
package struct DeployRecord: Hashable, Sendable {
    package let id: DeployID
    package let service: String
    /// The service's own when it was asked for, and again when it began.
    package var driver: Driver
    package var trigger: Trigger
    package var wish: Wish
    /// 1 for the first try; a retry after a failure that blocked nothing counts on.
    package var attempt: Int
    /// The deploy that this one follows: the one that was deferred or is retried.
    package var follows: DeployID?
    package var accepted: Timestamp
    /// Not to be started before this moment.
    package var notBefore: Timestamp?
    package var started: Timestamp?
    package var finished: Timestamp?
    /// Nil while it waits.
    package var phase: Phase?
    /// What the state machine must know to go on after a kill.
    package var machine: JSON
    package var from: Release?
    package var to: Release?
    /// Nil while it waits or runs.
    package var outcome: Outcome?
    package var reason: String?
    /// How often the agent was killed during this deploy.
    package var interruptions: Int

    package init(
        id: DeployID, service: String, driver: Driver, trigger: Trigger, wish: Wish, accepted: Timestamp,
        attempt: Int = 1, follows: DeployID? = nil, notBefore: Timestamp? = nil
    ) {
        self.id = id
        self.service = service
        self.driver = driver
        self.trigger = trigger
        self.wish = wish
        self.attempt = attempt
        self.follows = follows
        self.accepted = accepted
        self.notBefore = notBefore
        machine = .null
        interruptions = 0
    }

    package var isWaiting: Bool { started == nil && outcome == nil }
    package var isUnfinished: Bool { started != nil && outcome == nil }
}
