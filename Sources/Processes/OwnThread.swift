package import Model
import Synchronization

/// Blocking C code for callers that are asynchronous.
package enum OwnThread {
    /// Runs the code on a thread of its own. When the task is cancelled, the answer is nil at once, and the thread is
    /// left to come to its end by itself.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(Problem) -> Value? {
        let handover = Handover<Value>()
        try startThread { handover.end(with: body()) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { handover.await(with: $0) }
        } onCancel: {
            handover.end(with: nil)
        }
    }
}

/// One value from whoever has it first, to one who waits.
private final class Handover<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value?, Never>)
        case ended(Value?)
    }

    private let state = Mutex(State.empty)

    func await(with continuation: CheckedContinuation<Value?, Never>) {
        let value: Value?? = state.withLock { state in
            if case .ended(let value) = state { return .some(value) }
            state = .awaited(continuation)
            return .none
        }
        if case .some(let value) = value { continuation.resume(returning: value) }
    }

    func end(with value: Value?) {
        let waiting: CheckedContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .ended(value)
                return nil
            case .awaited(let continuation):
                state = .ended(value)
                return continuation
            case .ended:
                return nil
            }
        }
        waiting?.resume(returning: value)
    }
}
