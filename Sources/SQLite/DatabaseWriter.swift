package import Model

/// The one writer of a database, on a thread of its own. Whatever waits is written in one transaction and
/// synchronised once, so a burst costs little more than a single write; each caller gets its answer only
/// after that commit, and a body that fails harms no other.
///
/// A body may run a second time when the transaction around it was lost, so it touches nothing but the
/// database.
package final class DatabaseWriter: Sendable {
    private let thread: ConnectionThread

    /// Bounds how long the first body of a batch can wait for the last.
    private static let largestBatch = 512

    package init(_ database: sending Database, capacity: Int = 8192) throws(Problem) {
        thread = try ConnectionThread.start(database, capacity: capacity) { database, jobs in
            var rest = jobs[...]
            while let first = rest.first {
                if first.isExclusive {
                    first.finish(first.run(on: &database))
                    rest = rest.dropFirst()
                } else {
                    let batch = rest.prefix(DatabaseWriter.largestBatch).prefix { !$0.isExclusive }
                    DatabaseWriter.commit(batch, on: &database)
                    rest = rest.dropFirst(batch.count)
                }
            }
        }
    }

    deinit { thread.beginClosing() }

    @discardableResult
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await thread.perform(isExclusive: false) { database throws(Problem) in try body(database) }
    }

    /// For callers that are no tasks. The completion runs on the writer's thread and must not block.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value,
        completion: @escaping @Sendable (Result<Value, Problem>) -> Void
    ) {
        thread.submit(
            PendingJob(
                isExclusive: false, body: { database throws(Problem) in try body(database) }, completion: completion))
    }

    /// The connection itself, outside any transaction; the body may put another one in its place.
    package func exclusively<Value: Sendable>(
        _ body: @escaping @Sendable (inout Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await thread.perform(isExclusive: true, body)
    }

    /// Returns when the last write is committed and the connection is closed.
    package func close() async { await thread.close() }

    private static func commit(_ jobs: ArraySlice<any ConnectionJob>, on database: inout Database) {
        if jobs.count > 1, together(jobs, on: &database) { return }
        for job in jobs { alone(job, on: &database) }
    }

    /// False when the transaction was lost, with nothing written and nobody answered: on a full disk a small
    /// write may still succeed where the batch did not.
    private static func together(_ jobs: ArraySlice<any ConnectionJob>, on database: inout Database) -> Bool {
        let connection = database
        do {
            try connection.transaction { () throws(Problem) in
                for job in jobs {
                    var ownFailure: Problem?
                    do throws(Problem) {
                        try connection.transaction { () throws(Problem) in
                            ownFailure = job.run(on: &database)
                            if let ownFailure { throw ownFailure }
                        }
                    } catch {
                        // The job keeps its own failure; only a lost transaction concerns the others.
                        guard ownFailure != nil, connection.isInTransaction else { throw error }
                    }
                }
            }
        } catch {
            return false
        }
        for job in jobs { job.finish(nil) }
        return true
    }

    private static func alone(_ job: any ConnectionJob, on database: inout Database) {
        let connection = database
        do {
            try connection.transaction { () throws(Problem) in
                if let problem = job.run(on: &database) { throw problem }
            }
            job.finish(nil)
        } catch {
            job.finish(error)
        }
    }
}
