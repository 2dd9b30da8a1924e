import Lifecycle
import Model
import SQLite

extension Database {
    /// New or known: after a restoration the row of a running deploy may be gone, and comes back with its
    /// next step.
    func save(_ record: DeployRecord) throws(Problem) {
        try execute(
            """
            INSERT OR REPLACE INTO deploys (
                id, service, driver, cause, caused_by, wish, attempt, follows, accepted, not_before, started,
                finished, phase, machine, from_release, to_release, to_identity, outcome, reason, interruptions)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(record.id.text), .text(record.service), .text(record.driver.rawValue),
                .text(record.trigger.kind.rawValue), SQLValue(record.trigger.by), SQLValue(record.wish.json),
                .integer(Int64(record.attempt)), SQLValue(record.follows?.text), SQLValue(record.accepted),
                SQLValue(record.notBefore), SQLValue(record.started), SQLValue(record.finished),
                SQLValue(record.phase?.rawValue), SQLValue(record.machine), SQLValue(record.from),
                SQLValue(record.to), SQLValue(record.to?.identity), SQLValue(record.outcome?.rawValue),
                SQLValue(record.reason), .integer(Int64(record.interruptions)),
            ])
    }

    func waitingDeploys() throws(Problem) -> [DeployRecord] {
        try query("SELECT * FROM deploys WHERE outcome IS NULL AND started IS NULL ORDER BY accepted, id") {
            row throws(Problem) in try row.deployRecord()
        }
    }

    func unfinishedDeploys() throws(Problem) -> [DeployRecord] {
        try query("SELECT * FROM deploys WHERE outcome IS NULL AND started IS NOT NULL ORDER BY accepted, id") {
            row throws(Problem) in try row.deployRecord()
        }
    }

    /// Newest first, with those that wait, without what only recovery needs.
    func history(service: String?, limit: Int) throws(Problem) -> [DeployRecord] {
        let order = "ORDER BY accepted DESC, id DESC LIMIT ?"
        let limit = SQLValue.integer(Int64(max(0, limit)))
        guard let service else {
            return try query("SELECT * FROM deploys \(order)", [limit]) { row throws(Problem) in
                try row.shownDeployRecord()
            }
        }
        return try query("SELECT * FROM deploys WHERE service = ? \(order)", [.text(service), limit]) {
            row throws(Problem) in try row.shownDeployRecord()
        }
    }

    /// By their names, what services were moved from and to.
    func pastReleases() throws(Problem) -> [String: Set<Release>] {
        let rows = try query(
            """
            SELECT service, from_release AS release FROM deploys WHERE from_release IS NOT NULL
            UNION SELECT service, to_release FROM deploys WHERE to_release IS NOT NULL
            """
        ) { row throws(Problem) in (try row.text("service"), try row.release("release")) }
        var releases: [String: Set<Release>] = [:]
        for case (let service, let release?) in rows { releases[service, default: []].insert(release) }
        return releases
    }

    /// The newest that has begun, or has ended without.
    func lastDeploy(of service: String) throws(Problem) -> DeployRecord? {
        try query(
            """
            SELECT * FROM deploys WHERE service = ? AND (started IS NOT NULL OR outcome IS NOT NULL)
            ORDER BY accepted DESC, id DESC LIMIT 1
            """, [.text(service)]
        ) { row throws(Problem) in try row.shownDeployRecord() }.first
    }

    /// By the whole id or an unambiguous beginning of one.
    func deploy(_ id: String) throws(Problem) -> DeployRecord? {
        guard !id.isEmpty else { return nil }
        let exact = try queryFirst("SELECT * FROM deploys WHERE id = ?", [.text(id)]) { row throws(Problem) in
            try row.shownDeployRecord()
        }
        if let exact { return exact }
        let found = try query("SELECT * FROM deploys WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2", [.text(id)]) {
            row throws(Problem) in try row.shownDeployRecord()
        }
        return found.count == 1 ? found.first : nil
    }
}

extension Row {
    fileprivate func shownDeployRecord() throws(Problem) -> DeployRecord {
        var record = try deployRecord()
        record.machine = .null
        return record
    }
}
