import Synchronization

/// Names one run and remembers whether it was cancelled, since that can happen before there is a process.
final class Ticket: Sendable {
    private static let last = Atomic<UInt64>(0)

    /// Never used again, unlike a pid or a descriptor: an event that comes too late finds nothing.
    let number = Ticket.last.add(1, ordering: .relaxed).newValue
    private let cancellation = Atomic(false)

    var isCancelled: Bool { cancellation.load(ordering: .acquiring) }

    func cancel() {
        cancellation.store(true, ordering: .releasing)
    }
}
