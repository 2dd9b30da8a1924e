package import Model
import Synchronization

/// The power of a simulated machine. It fails at one chosen instant, and nothing that the agent wants
/// takes effect from then on. What it was told before is what it knows.
package final class PowerSupply: Sendable {
    private struct State {
        var count = 0
        var left: Int?
    }

    private let state: Mutex<State>

    /// Fails at the instant of that number, counted from 1; never if nil.
    package init(failingAt instant: Int? = nil) { state = Mutex(State(left: instant)) }

    /// How many instants there were at which it could have failed.
    package var count: Int { state.withLock { $0.count } }

    package var hasFailed: Bool { state.withLock { $0.count >= $0.left ?? .max } }

    /// A change of the disk or of the world: the power may fail just before it, and just after it, when it
    /// has happened and nobody was told.
    package func change<Value>(_ change: () throws(Problem) -> Value) throws(Problem) -> Value {
        try pass()
        let value = try change()
        try pass()
        return value
    }

    /// Reading changes nothing, so the instants before and after it are as good as any other.
    package func check() throws(Problem) {
        if hasFailed { throw PowerSupply.cut }
    }

    private func pass() throws(Problem) {
        let isOn = state.withLock { state in
            if let left = state.left, state.count >= left { return false }
            state.count += 1
            return state.count != state.left
        }
        if !isOn { throw PowerSupply.cut }
    }

    private static let cut = Problem(.interrupted, "the power failed")
}
