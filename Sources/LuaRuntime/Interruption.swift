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

    /// The first reason is the one that counts. `stop` is called before anyone is woken: who wakes must find the
    /// state stopped already, or the script could still end as if nothing had happened.
    func happen(_ problem: Problem, stop: () -> Void) {
        state.withLock { state in
            if state.problem == nil { state.problem = problem }
        }
        stop()
        state.withLock { $0.waiting }?.ring()
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
