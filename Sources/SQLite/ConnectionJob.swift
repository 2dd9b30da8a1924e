import Model
import Synchronization

/// A piece of work for a connection's thread. `run` may be called again when the transaction around it was
/// lost; `finish` is called once, with the problem that befell the work from outside.
protocol ConnectionJob: Sendable {
    /// Wants the connection itself, outside any transaction.
    var isExclusive: Bool { get }
    func run(on database: inout Database) -> Problem?
    func finish(_ problem: Problem?)
}

final class PendingJob<Value: Sendable>: ConnectionJob {
    let isExclusive: Bool
    private let body: @Sendable (inout Database) throws(Problem) -> Value
    private let completion: @Sendable (Result<Value, Problem>) -> Void
    private let result = Mutex<Result<Value, Problem>?>(nil)

    init(
        isExclusive: Bool,
        body: @escaping @Sendable (inout Database) throws(Problem) -> Value,
        completion: @escaping @Sendable (Result<Value, Problem>) -> Void
    ) {
        self.isExclusive = isExclusive
        self.body = body
        self.completion = completion
    }

    func run(on database: inout Database) -> Problem? {
        let outcome: Result<Value, Problem>
        do { outcome = .success(try body(&database)) } catch { outcome = .failure(error) }
        result.withLock { $0 = outcome }
        if case .failure(let problem) = outcome { return problem }
        return nil
    }

    func finish(_ problem: Problem?) {
        let outcome = result.withLock { $0 }
        switch (problem, outcome) {
        case (let problem?, _): completion(.failure(problem))
        case (nil, let outcome?): completion(outcome)
        case (nil, nil): completion(.failure(Problem(.interrupted, "the work was never begun")))
        }
    }
}
