import Lifecycle
package import Model
import Synchronization

/// A clock that jumps: whoever sleeps is woken at once, at the time that it wanted.
package final class ManualClock: WallClock {
    private let moment: Mutex<Timestamp>

    package init(_ start: Timestamp = Timestamp(microseconds: 1_800_000_000_000_000)) { moment = Mutex(start) }

    package func now() -> Timestamp { moment.withLock { $0 } }

    package func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }

    package func sleep(for duration: Duration) async throws(Problem) {
        await Task.yield()
        guard !Task.isCancelled else { throw Problem(.interrupted, "cancelled") }
        advance(by: duration)
    }
}
