package import Model

/// Reads on a connection and a thread of their own, so that they wait for no writer.
package final class DatabaseReader: Sendable {
    private let thread: ConnectionThread

    package init(_ database: sending Database, capacity: Int = 1024) throws(Problem) {
        thread = try ConnectionThread.start(database, capacity: capacity) { database, jobs in
            for job in jobs { job.finish(job.run(on: &database)) }
        }
    }

    deinit { thread.beginClosing() }

    /// All queries in one body see the same state.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await thread.perform(isExclusive: false) { database throws(Problem) in
            let connection = database
            return try connection.snapshot { () throws(Problem) in try body(connection) }
        }
    }

    /// The connection itself, outside any transaction; the body may put another one in its place.
    package func exclusively<Value: Sendable>(
        _ body: @escaping @Sendable (inout Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await thread.perform(isExclusive: true, body)
    }

    /// Returns when the last read is done and the connection is closed.
    package func close() async { await thread.close() }
}
