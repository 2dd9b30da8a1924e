import Daemon
import Files
import Journal
import Lifecycle
import Model
import Scripts
import Settings

/// A home that this process alone works on, with an agent that has not been started yet.
struct OpenedHome {
    let agent: Agent
    let log: Log
    fileprivate let journal: DatabaseJournal
    fileprivate let lock: HomeLock

    /// After the agent has stopped.
    func close() async {
        await journal.close()
        withExtendedLifetime(lock) {}
    }
}

extension Wiring {
    func open() async throws(Problem) -> OpenedHome {
        let clock = SystemClock()
        let log = Log(clock: { clock.now() }) { Terminal.write($0, to: 2) }
        // The settings first: whoever has made a slip reads that, and not that there is a lock.
        let loaded = try await examined()
        let lock = try HomeLock(home)
        try LogTarget.apply(loaded.settings.log, to: log)
        let (agent, journal) = try agent(loaded, log: log, clock: clock)
        return OpenedHome(agent: agent, log: log, journal: journal, lock: lock)
    }

    private func agent(
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
