package import Model

/// What drivers, hooks and probes are told of the deploy that they work for.
package struct Deploy: Hashable, Sendable {
    package let id: DeployID
    package let service: Service
    package let trigger: Trigger
    package let wish: Wish
    package let attempt: Int
    /// What runs, or ran when the deploy began; nil when nothing did or nobody knows.
    package var from: Release?
    /// What is wanted; nil before `plan` has resolved it.
    package var to: Release?
    /// Why the old release is put back; nil as long as it is not.
    package var failure: String?

    package init(
        id: DeployID, service: Service, trigger: Trigger, wish: Wish, attempt: Int, from: Release? = nil,
        to: Release? = nil, failure: String? = nil
    ) {
        self.id = id
        self.service = service
        self.trigger = trigger
        self.wish = wish
        self.attempt = attempt
        self.from = from
        self.to = to
        self.failure = failure
    }
}
