import Model

/// The time that one look may take. Whatever is looked at may hang: an engine, a registry, a helper, a file system.
enum TimeLimit {
    static let one: Duration = .seconds(5)

    /// `.timeout` when it is over. The work is cancelled then and, if it does not heed that, left behind.
    static func run<Value: Sendable>(
        _ limit: Duration = one, _ work: @escaping @Sendable () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let (answers, sink) = AsyncStream.makeStream(of: Result<Value, Problem>.self)
        let working = Task {
            do throws(Problem) {
                sink.yield(.success(try await work()))
            } catch {
                sink.yield(.failure(error))
            }
            sink.finish()
        }
        let alarm = Task {
            do {
                try await Task.sleep(for: limit)
                sink.finish()
            } catch {
                // The answer was there first.
            }
        }
        defer {
            working.cancel()
            alarm.cancel()
        }
        for await answer in answers { return try answer.get() }
        throw Problem(.timeout, "no answer within \(limit.text)")
    }
}
