package import Lifecycle
package import Model
import SQLite

/// Reads the journal beside whoever writes it: for the agent itself, and for commands that need no agent.
package final class JournalReader: Sendable {
    private let reader: DatabaseReader
    private let path: String

    /// For a process that only reads; the agent may run or not.
    package convenience init(path: String, schema: Schema = .current) throws(Problem) {
        let database: Database
        do throws(Problem) {
            database = try Database(path: path, mode: .readOnly)
        } catch {
            guard error.code == .notFound else { throw error }
            throw Problem(.notFound, "\(path): there is no journal, no agent has run here yet")
        }
        do throws(Problem) {
            let version = try schema.version(of: database)
            guard version == schema.version else {
                throw Problem(
                    .unsupported,
                    version == 0
                        ? "\(path): the journal is empty, no agent has run here yet"
                        : "\(path): the journal has schema \(version), this grapnel reads schema \(schema.version): "
                            + "start the agent once, it brings the journal up to date")
            }
        } catch {
            database.close()
            guard error.code == .corrupt else { throw error }
            throw Problem(.corrupt, "\(error.message); the agent restores it from a backup when it starts")
        }
        try self.init(database)
    }

    /// As above, and a journal that is gone while there are backups of it is not taken for one that never was.
    package convenience init(_ options: JournalOptions) throws(Problem) {
        if let damage = JournalFile.damage(options) {
            throw Problem(.corrupt, "\(options.path): \(damage); the agent restores it from a backup when it starts")
        }
        try self.init(path: options.path, schema: options.schema)
    }

    init(_ database: sending Database) throws(Problem) {
        path = database.path
        reader = try DatabaseReader(database)
    }

    package func service(_ name: String) async throws(Problem) -> ServiceState? {
        try await reader.read { database throws(Problem) in try database.service(name) }
    }

    package func services() async throws(Problem) -> [ServiceState] {
        try await reader.read { database throws(Problem) in try database.services() }
    }

    package func pause() async throws(Problem) -> ServiceState.Mark? {
        try await reader.read { database throws(Problem) in try database.pause() }
    }

    package func blocks(service: String?) async throws(Problem) -> [Block] {
        try await reader.read { database throws(Problem) in try database.blocks(service: service) }
    }

    package func waiting() async throws(Problem) -> [DeployRecord] {
        try await reader.read { database throws(Problem) in try database.waitingDeploys() }
    }

    package func unfinished() async throws(Problem) -> [DeployRecord] {
        try await reader.read { database throws(Problem) in try database.unfinishedDeploys() }
    }

    /// Newest first, without what only recovery needs.
    package func history(service: String?, limit: Int) async throws(Problem) -> [DeployRecord] {
        try await reader.read { database throws(Problem) in try database.history(service: service, limit: limit) }
    }

    package func pastReleases() async throws(Problem) -> [String: Set<Release>] {
        try await reader.read { database throws(Problem) in try database.pastReleases() }
    }

    package func lastDeploy(of service: String) async throws(Problem) -> DeployRecord? {
        try await reader.read { database throws(Problem) in try database.lastDeploy(of: service) }
    }

    package func deploy(_ id: String) async throws(Problem) -> DeployRecord? {
        try await reader.read { database throws(Problem) in try database.deploy(id) }
    }

    /// As `history`, with the phases of each. `hasAgent` says whether somebody may be at those that have not ended.
    package func reports(service: String?, limit: Int, hasAgent: Bool = true) async throws(Problem) -> [DeployReport] {
        try await reader.read { database throws(Problem) in
            var reports: [DeployReport] = []
            for record in try database.history(service: service, limit: limit) {
                reports.append(try database.report(record, hasAgent))
            }
            return reports
        }
    }

    /// By its id or the beginning of one; nil when there is none or more than one.
    package func report(_ id: String, hasAgent: Bool = true) async throws(Problem) -> DeployReport? {
        try await reader.read { database throws(Problem) in
            guard let record = try database.deploy(id) else { return nil }
            return try database.report(record, hasAgent)
        }
    }

    /// The newest thing that people were to be told of it.
    package func lastEvent(of deploy: DeployID) async throws(Problem) -> Event? {
        try await reader.read { database throws(Problem) in try database.lastEvent(of: deploy) }
    }

    /// Empty when all is well.
    package func quickCheck() async throws(Problem) -> [String] {
        try await exclusively { database throws(Problem) in try database.quickCheck() }
    }

    package func events(after number: Int64, limit: Int) async throws(Problem) -> [OutboxEvent] {
        try await reader.read { database throws(Problem) in try database.events(after: number, limit: limit) }
    }

    package func close() async { await reader.close() }

    // MARK: - For the journal itself

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await reader.read(body)
    }

    /// The file under this path is another one now.
    func reopen() async throws(Problem) {
        let path = path
        try await reader.exclusively { database throws(Problem) in
            let replacement = try Database(path: path, mode: .readOnly)
            database.close()
            database = replacement
        }
    }

    /// Calls with the reading connection, outside any transaction.
    func exclusively<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await reader.exclusively { database throws(Problem) in try body(database) }
    }
}

extension Database {
    fileprivate func report(_ record: DeployRecord, _ hasAgent: Bool) throws(Problem) -> DeployReport {
        let isCutOff = !hasAgent && record.started != nil && record.outcome == nil
        return DeployReport(record, entries: try phaseEntries(of: record.id), isCutOff: isCutOff)
    }
}
