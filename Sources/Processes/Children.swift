import CShims
import Glibc

/// The children that are being served, with what epoll and the clock have to say about them. Used by one thread.
struct Children: ~Copyable {
    private let poller: Poller
    private var children: [UInt64: Child] = [:]
    /// No deadline is before this. It may be too early, then looking costs one round for nothing.
    private var nextDeadline: ContinuousClock.Instant?
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 128)
    private let buffer = Child.Buffer.allocate(byteCount: 64 * 1024, alignment: 16)

    init(poller: Poller) {
        self.poller = poller
    }

    deinit {
        events.deallocate()
        buffer.deallocate()
    }

    mutating func add(_ child: Child) {
        let number = child.ticket.number
        children[number] = child
        let isWatched = child.watch()
        update(number, at: .now) { child, now in
            // Out of memory for watches: what cannot be watched must not run on.
            if !isWatched || child.ticket.isCancelled { child.cancel(at: now) }
        }
    }

    mutating func cancel(_ number: UInt64) {
        update(number, at: .now) { $0.cancel(at: $1) }
    }

    /// Waits for events, or for the next deadline, and deals with what there is.
    mutating func serveEvents() {
        let buffer = buffer
        let happened = poller.wait(with: events, milliseconds: waitingTime())
        let now = ContinuousClock.now
        for event in happened {
            let number = event.number
            switch event.source {
            case .wakeup: break
            case .output: update(number, at: now) { $0.readable(.output, at: $1, buffer) }
            case .errors: update(number, at: now) { $0.readable(.errors, at: $1, buffer) }
            case .exit: update(number, at: now) { $0.leaderExited(at: $1, buffer) }
            }
        }
        meetDeadlines(at: now)
    }

    private mutating func meetDeadlines(at now: ContinuousClock.Instant) {
        guard let nextDeadline, nextDeadline <= now else { return }
        let due = children.filter { $0.value.deadline.map { $0 <= now } == true }.keys
        self.nextDeadline = children.values.compactMap(\.deadline).filter { $0 > now }.min()
        for number in due {
            update(number, at: now) { $0.deadlinePassed(at: $1) }
        }
    }

    /// Changes a child in place; one that has finished answers and is forgotten.
    private mutating func update(
        _ number: UInt64, at now: ContinuousClock.Instant, _ change: (inout Child, ContinuousClock.Instant) -> Void
    ) {
        // One that has finished may have more events in the same batch.
        guard let index = children.index(forKey: number) else { return }
        change(&children.values[index], now)
        if children.values[index].isFinished {
            var child = children.remove(at: index).value
            child.answer(at: now, readingRestWith: buffer)
        } else if let deadline = children.values[index].deadline {
            nextDeadline = min(nextDeadline ?? deadline, deadline)
        }
    }

    /// In milliseconds, rounded up: waking too early would only mean waking again.
    private func waitingTime() -> Int32 {
        guard let nextDeadline else { return -1 }
        let left = max(.zero, nextDeadline - ContinuousClock.now).components
        return Int32(clamping: left.seconds * 1000 + (left.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
