package import Model
import Synchronization

extension HostCall {
    /// Runs an asynchronous operation and blocks this thread, no other, until it ends. When the time of the call is
    /// over or the state is interrupted, the operation's task is cancelled and this throws at once: it does not wait
    /// for an operation that takes no notice.
    package func await<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws(Problem) -> Value
    ) throws(Problem) -> Value {
        try self.await(
            { (_: @escaping Hand<Void>) async throws(Problem) -> Value in try await operation() },
            each: { (_: Void) throws(Problem) -> Bool in true })
    }

    /// Takes what an operation has for the script while it still runs. False when the script is so far behind that it
    /// was not taken.
    package typealias Hand<Item> = @Sendable (Item) -> Bool

    /// The same, for an operation that hands something over as it goes. `each` gets it, in order and all of it before
    /// this returns, on this thread, where it may call the script. When it answers false the operation's task is
    /// cancelled, nothing more is handed over, and what the operation then answers counts. `patience` is for how long
    /// an operation that is cancelled against its will may tidy up before this throws.
    package func await<Item: Sendable, Value: Sendable>(
        patience: Duration = .zero,
        _ operation: @escaping @Sendable (@escaping Hand<Item>) async throws(Problem) -> Value,
        each: (Item) throws(Problem) -> Bool
    ) throws(Problem) -> Value {
        let answer = Answer<Item, Value>()
        state.interruption.setWaiting(answer.alarm)
        defer { state.interruption.setWaiting(nil) }
        let task = Task {
            do throws(Problem) {
                answer.give(.success(try await operation { answer.hand($0) }))
            } catch {
                answer.give(.failure(error))
            }
        }
        while true {
            let remaining = remaining
            answer.alarm.wait(atMost: remaining)
            // In this order: what was handed over before the result was given is there by now.
            let result = answer.result
            do throws(Problem) {
                for item in answer.takeItems() where try !each(item) {
                    answer.refuse()
                    task.cancel()
                    break
                }
            } catch {
                answer.abandon(task, patience)
                throw error
            }
            if let result { return try result.get() }
            if let problem = state.interruption.problem {
                answer.abandon(task, patience)
                throw problem
            }
            if remaining <= .zero {
                answer.abandon(task, patience)
                throw Problem(.timeout, "\(function.name): the time of the call is over")
            }
            // What the script did meanwhile may have waited itself.
            state.interruption.setWaiting(answer.alarm)
        }
    }
}

private final class Answer<Item: Sendable, Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, Problem>?
        var items: [Item] = []
        var isOpen = true
    }

    /// Of what waits for the script.
    private static var most: Int { 1024 }

    let alarm = Alarm()
    private let state = Mutex(State())

    var result: Result<Value, Problem>? { state.withLock { $0.result } }

    func give(_ result: Result<Value, Problem>) {
        state.withLock { $0.result = result }
        alarm.ring()
    }

    func hand(_ item: Item) -> Bool {
        let isTaken = state.withLock { state in
            guard state.isOpen, state.items.count < Answer.most else { return false }
            state.items.append(item)
            return true
        }
        if isTaken { alarm.ring() }
        return isTaken
    }

    func takeItems() -> [Item] {
        state.withLock { state in
            defer { state.items = [] }
            return state.items
        }
    }

    func refuse() {
        state.withLock { state in
            state.isOpen = false
            state.items = []
        }
    }

    func abandon(_ task: Task<Void, Never>, _ patience: Duration) {
        refuse()
        task.cancel()
        let end = ContinuousClock.now + patience
        // It may also be rung for something else.
        while result == nil, ContinuousClock.now < end { alarm.wait(atMost: end - ContinuousClock.now) }
    }
}
