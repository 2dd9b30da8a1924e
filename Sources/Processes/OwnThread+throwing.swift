package import Model

extension OwnThread {
    /// For code that asks the file system, which may be on the network and hang.
    package static func run<Value: Sendable>(
        throwing body: @escaping @Sendable () throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let result = try await run { () -> Result<Value, Problem> in
            do throws(Problem) { return .success(try body()) } catch { return .failure(error) }
        }
        guard let result else { throw Problem(.interrupted, "it was interrupted") }
        return try result.get()
    }
}
