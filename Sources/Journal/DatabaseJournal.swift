package import Lifecycle
package import Model
import SQLite
import Synchronization

/// The journal in one SQLite file. It answers after the commit is on the disk, reads beside its writer,
/// backs itself up, and puts the newest good backup in place of a damaged file.
package final class DatabaseJournal: Sendable {
    private struct State {
        var options: JournalOptions
        /// Counts how often the file was replaced.
        var generation = 0
        var restored: Timestamp?
        var hasChanged = false
        var isClosing = false
        var check: Task<Void, Never>?
    }

    /// For whoever begins something now: they may change.
    var options: JournalOptions { state.withLock { $0.options } }
    let clock: any WallClock
    package let reader: JournalReader
    private var file: JournalFile { JournalFile(options, clock: clock, report: report) }
    private let writer: DatabaseWriter
    private let schedule: BackupSchedule
    private let report: @Sendable (JournalNotice) -> Void
    private let state: Mutex<State>

    /// Damage that comes back at once is not healed by the same backup once more.
    private static let restorationPause = Duration.seconds(600)

    /// Blocks while it reads and repairs, so it is called once, at start. `report` is told of everything that
    /// the owner has to know, here and later.
    package init(
        _ options: JournalOptions, clock: any WallClock, report: @escaping @Sendable (JournalNotice) -> Void
    ) throws(Problem) {
        state = Mutex(State(options: options))
        self.clock = clock
        self.report = report
        let file = JournalFile(options, clock: clock, report: report)
        let opened = try file.open()
        let wasUnclean = opened.wasUnclean
        schedule = BackupSchedule(
            interval: options.backupInterval, clock: clock, last: file.backups.newestFirst.first?.taken)
        reader = try JournalReader(Database(path: options.path, mode: .readOnly))
        writer = try DatabaseWriter(opened.database)
        if wasUnclean {
            report(.uncleanStop(path: options.path))
            let check = Task { await checkFile() }
            state.withLock { $0.check = check }
        }
    }

    /// Other settings for the same file. They count from the next deploy and the next backup on; a new directory for
    /// backups gets its first one as soon as may be.
    package func apply(_ options: JournalOptions) async {
        let isElsewhere = state.withLock { state in
            defer { state.options = options }
            return state.options.backupDirectory != options.backupDirectory
        }
        if isElsewhere { await schedule.restart { [self] in await backUp() } }
    }

    /// Ends cleanly, with a backup if something changed since the last.
    package func close() async {
        await state.withLock { $0.check }?.value
        await schedule.end()
        if state.withLock({ $0.hasChanged }) { await backUp() }
        do throws(Problem) {
            try await writer.write { database throws(Problem) in try database.markRunning(false) }
        } catch {
            // Then the next start checks the file, which is right.
        }
        state.withLock { $0.isClosing = true }
        await reader.close()
        await writer.close()
    }
}

// MARK: - Writing and reading

extension DatabaseJournal {
    @discardableResult
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let seen = state.withLock { state in
            state.hasChanged = true
            return state.generation
        }
        do throws(Problem) {
            return try await writer.write(body)
        } catch {
            guard isDamage(error) else { throw error }
            try await restore(seen: seen, after: error)
            return try await writer.write(body)
        }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let seen = state.withLock { $0.generation }
        do throws(Problem) {
            return try await reader.read(body)
        } catch {
            guard isDamage(error) else { throw error }
            try await restore(seen: seen, after: error)
            return try await reader.read(body)
        }
    }

    /// A restoration that failed half-way leaves no connection; the next call goes on with it.
    private func isDamage(_ problem: Problem) -> Bool {
        problem.code == .corrupt || problem.code == .interrupted && !state.withLock { $0.isClosing }
    }

    /// On the writer's thread, so that no write comes in between. Of several that meet the same damage the
    /// first restores.
    private func restore(seen: Int, after problem: Problem) async throws(Problem) {
        try await writer.exclusively { [file, self] database throws(Problem) in
            let now = clock.now()
            let (generation, last) = state.withLock { ($0.generation, $0.restored) }
            guard generation == seen else { return }
            let isDamaged = problem.code == .corrupt
            if isDamaged, let last, now - last < DatabaseJournal.restorationPause { throw problem }
            database.close()
            do throws(Problem) {
                if isDamaged { try file.restore(problem.message) }
                database = try file.open().database
            } catch {
                report(.restorationFailed(error))
                // No worse than before, if it is still there: the next call meets the same damage.
                if let before = try? Database(path: file.path, mode: .write) { database = before }
                // Not `.interrupted`, which would say that the agent is being stopped.
                throw Problem(error.code == .interrupted ? .failed : error.code, error.message)
            }
            state.withLock { state in
                state.generation += 1
                if isDamaged { state.restored = now }
            }
        }
        try await reader.reopen()
    }
}

// MARK: - Checks and backups

extension DatabaseJournal {
    /// Called after each change that a backup should hold.
    func noteChange() async { await schedule.changed { [self] in await backUp() } }

    private func backUp() async {
        guard options.backups > 0 else { return }
        state.withLock { $0.hasChanged = false }
        do throws(Problem) {
            let backups = file.backups
            let now = clock.now()
            let findings = try await aside { database throws(Problem) in try backups.take(of: database, at: now) }
            if !findings.isEmpty { await checkFile() }
        } catch {
            report(.backupFailed(error))
        }
    }

    /// Holds up nobody: on a thread and a connection of its own.
    private func checkFile() async {
        let seen = state.withLock { $0.generation }
        do throws(Problem) {
            let findings = try await aside { database throws(Problem) in try database.quickCheck() }
            report(.checked(path: options.path, findings: findings))
            if let first = findings.first { try await restore(seen: seen, after: Problem(.corrupt, first)) }
        } catch {
            report(.restorationFailed(error))
        }
    }

    private func aside<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let reader = try JournalReader(Database(path: options.path, mode: .readOnly))
        let result: Result<Value, Problem>
        do throws(Problem) {
            result = .success(try await reader.exclusively(body))
        } catch {
            result = .failure(error)
        }
        await reader.close()
        return try result.get()
    }
}
