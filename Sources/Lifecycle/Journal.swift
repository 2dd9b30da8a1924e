package import Model

/// What the core needs of the journal. Every call returns only after its commit is on the disk, and
/// does all of what it says or nothing.
package protocol DeployJournal: JournalReading {
    /// A deploy was asked for: it is new, or an already waiting one with a newer wish. `state` is the
    /// service's, if the request changes that too (a plain deploy ends a hold).
    func accept(_ record: DeployRecord, state: ServiceState?, events: [Event]) async throws(Problem)

    /// The deploy enters a phase, or goes on after a kill: its row, and the entries that belong to it.
    func advance(_ record: DeployRecord, entries: [JournalEntry], events: [Event]) async throws(Problem)

    /// Write-ahead within a phase.
    func append(_ entries: [JournalEntry], to deploy: DeployID) async throws(Problem)

    func finish(_ closing: Closing) async throws(Problem)

    func save(_ state: ServiceState, events: [Event]) async throws(Problem)

    /// Everything automatic stands still; nil ends it.
    func savePause(_ mark: ServiceState.Mark?, events: [Event]) async throws(Problem)

    /// Removes the blocks of a service, of one release or of all; answers what was removed.
    func unblock(service: String, identity: String?, events: [Event]) async throws(Problem) -> [Block]

    func add(_ events: [Event]) async throws(Problem)
}

/// What can be read of the journal, by the agent and by commands that need none.
package protocol JournalReading: Sendable {
    func service(_ name: String) async throws(Problem) -> ServiceState?
    func services() async throws(Problem) -> [ServiceState]
    func pause() async throws(Problem) -> ServiceState.Mark?
    func blocks(service: String?) async throws(Problem) -> [Block]
    /// Accepted and not started, oldest first.
    func waiting() async throws(Problem) -> [DeployRecord]
    /// Started and not finished, oldest first.
    func unfinished() async throws(Problem) -> [DeployRecord]
    func entries(of deploy: DeployID) async throws(Problem) -> [JournalEntry]
    /// Newest first, with those that wait.
    func history(service: String?, limit: Int) async throws(Problem) -> [DeployRecord]
    /// By their names, what services were moved from and to, as far as the history goes back.
    func pastReleases() async throws(Problem) -> [String: Set<Release>]
    /// The newest that has begun, or has ended without; not one that waits.
    func lastDeploy(of service: String) async throws(Problem) -> DeployRecord?
    /// By its id or the beginning of one; nil when there is none or more than one.
    func deploy(_ id: String) async throws(Problem) -> DeployRecord?
}
