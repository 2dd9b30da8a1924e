import Daemon
import Files
import Journal
import Lifecycle
import Model
import Scripts
import Settings

extension Wiring {
    /// An agent that has not been started yet, and the journal to be closed after it. Whoever asks has the home's lock.
    func agent(
        _ examination: Examination, log: Log, clock: SystemClock
    ) throws(Problem) -> (Agent, DatabaseJournal) {
        let logs = try DeployLogs(home.logs) { clock.now() }
        let hub = ProgressHub(logs: logs, log: log)
        let journal = try DatabaseJournal(journalOptions(examination.settings), clock: clock) { notice in
            log.line(notice.level, notice.message)
        }
        let tools = Tools(journal: journal, hub: hub, log: log)
        let agent = Agent(
            journal: try mortal(journal), parts: try parts(examination, tools), orphans: ProcessOrphans(), logs: logs,
            hub: hub, log: log, clock: clock, localTimes: ZoneFiles(environment: environment)
        ) { () async throws(Problem) in
            let again = try await examined()
            let parts = try self.parts(again, tools)
            try LogTarget.apply(again.settings.log, to: log)
            await journal.apply(journalOptions(again.settings))
            return parts
        }
        return (agent, journal)
    }

    private func mortal(_ journal: DatabaseJournal) throws(Problem) -> Agent.AgentJournal {
        #if DEBUG
        return try DyingJournal.wrap(journal, environment)
        #else
        return journal
        #endif
    }
}

extension JournalNotice {
    /// How loudly the agent's log says it.
    fileprivate var level: Log.Level {
        switch self {
        case .restored, .restorationFailed: .error
        case .backupFailed, .uncleanStop: .warning
        case .checked(_, let findings): findings.isEmpty ? .info : .error
        case .migrated: .info
        }
    }
}
