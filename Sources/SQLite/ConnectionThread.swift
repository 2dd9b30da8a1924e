import Glibc
import Model
import Synchronization

/// A thread of its own for one connection, because SQLite blocks and Swift's few threads must not. It takes
/// all jobs that wait at once and hands them to `process` as one batch.
final class ConnectionThread: Sendable {
    typealias Process = @Sendable (inout Database, [any ConnectionJob]) -> Void

    private struct State {
        var waiting: [any ConnectionJob] = []
        var isAsleep = false
        var isClosing = false
        var hasEnded = false
        var whenEnded: [CheckedContinuation<Void, Never>] = []
    }

    private let path: String
    private let capacity: Int
    private let process: Process
    private let state = Mutex(State())
    private let alarm = Alarm()

    private init(path: String, capacity: Int, process: @escaping Process) {
        self.path = path
        self.capacity = capacity
        self.process = process
    }

    static func start(
        _ database: sending Database, capacity: Int, process: @escaping Process
    ) throws(Problem) -> ConnectionThread {
        let result = ConnectionThread(path: database.path, capacity: capacity, process: process)
        let entry = Unmanaged.passRetained(Entry(thread: result, database: database))
        var identifier = pthread_t()
        let code = pthread_create(
            &identifier, nil,
            { argument in
                guard let argument else { return nil }
                let entry = Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
                entry.thread.run(&entry.database)
                return nil
            }, entry.toOpaque())
        guard code == 0 else {
            entry.release()
            throw Problem(errno: code, "\(result.path): no thread could be started for the database")
        }
        pthread_detach(identifier)
        return result
    }

    /// Never blocks. The job is finished with a problem at once when it cannot be taken.
    func submit(_ job: any ConnectionJob) {
        let (problem, mustWake) = state.withLock { state -> (Problem?, Bool) in
            if state.isClosing { return (Problem(.interrupted, "\(path): the database is closed"), false) }
            if state.waiting.count >= capacity {
                return (Problem(.limit, "\(path): \(capacity) requests wait for the database already"), false)
            }
            state.waiting.append(job)
            defer { state.isAsleep = false }
            return (nil, state.isAsleep)
        }
        if let problem { job.finish(problem) }
        if mustWake { alarm.ring() }
    }

    func perform<Value: Sendable>(
        isExclusive: Bool, _ body: @escaping @Sendable (inout Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let result: Result<Value, Problem> = await withCheckedContinuation { continuation in
            submit(PendingJob(isExclusive: isExclusive, body: body) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Takes no more jobs; the thread ends after those that wait.
    func beginClosing() {
        let mustWake = state.withLock { state in
            state.isClosing = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if mustWake { alarm.ring() }
    }

    /// Returns when the last job is done and the connection is closed.
    func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.whenEnded.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func run(_ database: inout Database) {
        blockSignals()
        while let jobs = nextBatch() { process(&database, jobs) }
        database.close()
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.whenEnded = [] }
            return state.whenEnded
        }
        for continuation in waiting { continuation.resume() }
    }

    private func nextBatch() -> [any ConnectionJob]? {
        while true {
            let (jobs, isDone) = state.withLock { state -> ([any ConnectionJob], Bool) in
                defer { state.waiting = [] }
                state.isAsleep = state.waiting.isEmpty && !state.isClosing
                return (state.waiting, state.isClosing)
            }
            if !jobs.isEmpty { return jobs }
            if isDone { return nil }
            alarm.wait()
        }
    }

    /// Signals are for the main thread; here they would only interrupt a write.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}

/// Carries the connection into its thread; from there on nobody else holds it.
private final class Entry {
    let thread: ConnectionThread
    var database: Database

    init(thread: ConnectionThread, database: Database) {
        self.thread = thread
        self.database = database
    }
}
