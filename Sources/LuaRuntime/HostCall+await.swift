package import Model
import Synchronization

extension HostCall {
    /// Runs an asynchronous operation and blocks this thread, no other, until it ends. When the time of the call is
    /// over or the state is interrupted, the operation's task is cancelled and this throws at once: it does not wait
    /// for an operation that takes no notice.
    package func await<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws(Problem) -> Value
    ) throws(Problem) -> Value {
        let answer = Answer<Value>()
        state.interruption.setWaiting(answer.alarm)
        defer { state.interruption.setWaiting(nil) }
        let task = Task {
            do throws(Problem) {
                answer.give(.success(try await operation()))
            } catch {
                answer.give(.failure(error))
            }
        }
        while true {
            let remaining = remaining
            answer.alarm.wait(atMost: remaining)
            if let result = answer.result { return try result.get() }
            if let problem = state.interruption.problem {
                task.cancel()
                throw problem
            }
            if remaining <= .zero {
                task.cancel()
                throw Problem(.timeout, "\(function.name): the time of the call is over")
            }
        }
    }
}

private final class Answer<Value: Sendable>: Sendable {
    let alarm = Alarm()
    private let given = Mutex<Result<Value, Problem>?>(nil)

    var result: Result<Value, Problem>? { given.withLock { $0 } }

    func give(_ result: Result<Value, Problem>) {
        given.withLock { $0 = result }
        alarm.ring()
    }
}
