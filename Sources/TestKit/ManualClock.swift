import Lifecycle
package import Model
import Synchronization

/// A clock that tests turn. Either it jumps: whoever sleeps is woken at once, at the moment that it wanted.
/// Or it stands until `advance`, which wakes those who are due in the order of their wake-up times.
package final class ManualClock: WallClock {
    private struct Sleeper {
        let due: Timestamp
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now: Timestamp
        var sleepers: [Sleeper] = []
        var count = 0
    }

    private let state: Mutex<State>
    private let jumps: Bool

    package init(
        _ start: Timestamp = Timestamp(microseconds: 1_800_000_000_000_000), jumps: Bool = true
    ) {
        state = Mutex(State(now: start))
        self.jumps = jumps
    }

    package func now() -> Timestamp { state.withLock { $0.now } }

    /// When the next of those who sleep wants to be woken.
    package var nextDue: Timestamp? { state.withLock { $0.sleepers.map(\.due).min() } }

    package func advance(by duration: Duration) { advance(to: now() + duration) }

    package func advance(to moment: Timestamp) {
        while true {
            let due = state.withLock { state -> Sleeper? in
                let next = state.sleepers.filter { $0.due <= moment }.min { ($0.due, $0.number) < ($1.due, $1.number) }
                guard let next else {
                    state.now = max(state.now, moment)
                    return nil
                }
                state.sleepers.removeAll { $0.number == next.number }
                state.now = max(state.now, next.due)
                return next
            }
            guard let due else { return }
            due.continuation.resume(returning: true)
        }
    }

    package func sleep(for duration: Duration) async throws(Problem) {
        await Task.yield()
        guard !Task.isCancelled else { throw Problem(.interrupted, "cancelled") }
        if jumps {
            state.withLock { $0.now = $0.now + duration }
        } else if duration > .zero {
            let due = now() + duration
            let number = state.withLock { state in
                state.count += 1
                return state.count
            }
            let wasDue = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        guard !Task.isCancelled, due > state.now else { return true }
                        state.sleepers.append(Sleeper(due: due, number: number, continuation: continuation))
                        return false
                    }
                    if isOver { continuation.resume(returning: !Task.isCancelled) }
                }
            } onCancel: {
                wake(number)
            }
            if !wasDue { throw Problem(.interrupted, "cancelled") }
        }
    }

    private func wake(_ number: Int) {
        let sleeper = state.withLock { state in
            let sleeper = state.sleepers.first { $0.number == number }
            state.sleepers.removeAll { $0.number == number }
            return sleeper
        }
        sleeper?.continuation.resume(returning: false)
    }
}
