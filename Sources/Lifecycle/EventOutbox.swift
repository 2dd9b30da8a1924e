package import Model

/// Events that are in the journal and that people have not been told of yet. They are committed together
/// with what they tell of, so a kill delays a notification and never loses one.
package protocol EventOutbox: Sendable {
    /// Oldest first.
    func undelivered(limit: Int) async throws(Problem) -> [OutboxEvent]
    func markDelivered(_ numbers: [Int64]) async throws(Problem)
}

package struct OutboxEvent: Hashable, Sendable {
    package let number: Int64
    package let event: Event

    package init(number: Int64, event: Event) {
        self.number = number
        self.event = event
    }
}
