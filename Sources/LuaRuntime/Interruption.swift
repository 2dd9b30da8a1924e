import Model
import Synchronization

/// Why a state was interrupted, and whom to wake for it.
final class Interruption: Sendable {
    private struct State {
        var problem: Problem?
        var waiting: Alarm?
    }

    private let state = Mutex(State())

    var problem: Problem? { state.withLock { $0.problem } }

    /// The first reason is the one that counts.
    func happen(_ problem: Problem) {
        let waiting = state.withLock { state in
            if state.problem == nil { state.problem = problem }
            return state.waiting
        }
        waiting?.ring()
    }

    /// The thread of the state is about to sleep until this alarm rings; nil when it sleeps no more.
    func setWaiting(_ alarm: Alarm?) {
        let hasHappened = state.withLock { state in
            state.waiting = alarm
            return state.problem != nil
        }
        if hasHappened { alarm?.ring() }
    }
}
