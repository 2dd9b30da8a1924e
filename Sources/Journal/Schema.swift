import Model
import SQLite

/// The tables of the journal, as numbered steps from one version to the next. A step that was released is
/// never changed; what comes later is another step.
package struct Schema: Sendable {
    package var steps: [String]

    package init(steps: [String]) { self.steps = steps }

    package static let current = Schema(steps: [firstStep])

    var version: Int64 { Int64(steps.count) }

    /// Says in the file's header whose file it is: "grap".
    static let applicationID: Int64 = 0x6772_6170

    /// A number beyond this is no version, it is damage.
    private static let highestPlausibleVersion: Int64 = 9_999

    /// The version of a file, 0 for one with nothing in it. Refuses what this program cannot work with.
    func version(of database: Database) throws(Problem) -> Int64 {
        let application = try database.queryValue("PRAGMA application_id")
        let version = try database.queryValue("PRAGMA user_version")
        guard case .integer(let application) = application, case .integer(let version) = version else {
            throw Problem(.corrupt, "\(database.path): the header cannot be read")
        }
        if application == 0, version == 0, try database.queryValue("SELECT count(*) FROM sqlite_schema") == 0 {
            return 0
        }
        guard application == Schema.applicationID, 1...Schema.highestPlausibleVersion ~= version else {
            throw Problem(.corrupt, "\(database.path): this is not a journal of grapnel")
        }
        guard version <= self.version else {
            throw Problem(
                .unsupported,
                "\(database.path): written by a newer grapnel (schema \(version)), this one knows schemas up to "
                    + "\(self.version): install the newer one again, or put an older backup in its place")
        }
        try holdAgainst(database, version: version)
        return version
    }

    /// Each step in a transaction of its own, so that a kill leaves one version or the next.
    func migrate(_ database: Database, from version: Int64) throws(Problem) {
        for (index, step) in steps.enumerated() where Int64(index) >= version {
            try database.transaction { () throws(Problem) in
                try database.execute(script: step)
                try database.execute("PRAGMA application_id = \(Schema.applicationID)")
                try database.execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    /// Everything that the steps make has to be there, word for word; more may be.
    private func holdAgainst(_ database: Database, version: Int64) throws(Problem) {
        let model = try Database.inMemory()
        try Schema(steps: Array(steps.prefix(Int(version)))).migrate(model, from: 0)
        let there = Set(try Schema.objects(of: database))
        for object in try Schema.objects(of: model) where !there.contains(object) {
            throw Problem(
                .corrupt, "\(database.path): the \(object.kind) \"\(object.name)\" is missing or not what it has to be")
        }
    }

    private struct Object: Hashable {
        let kind: String
        let name: String
        let sql: String?
    }

    private static func objects(of database: Database) throws(Problem) -> [Object] {
        try database.query("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'") {
            row throws(Problem) in
            Object(kind: try row.text("type"), name: try row.text("name"), sql: try row.optionalText("sql"))
        }
    }
}

// Moments are microseconds since 1970; releases, marks, wishes and data are JSON.
private let firstStep = """
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT;
    CREATE TABLE services (
        name TEXT PRIMARY KEY,
        current TEXT,
        current_since INTEGER,
        previous TEXT,
        hold TEXT,
        pause TEXT,
        available TEXT
    ) STRICT;
    CREATE TABLE blocks (
        service TEXT NOT NULL,
        identity TEXT NOT NULL,
        release TEXT NOT NULL,
        reason TEXT NOT NULL,
        since INTEGER NOT NULL,
        expires INTEGER,
        deploy TEXT NOT NULL,
        PRIMARY KEY (service, identity)
    ) STRICT;
    CREATE TABLE deploys (
        id TEXT PRIMARY KEY,
        service TEXT NOT NULL,
        driver TEXT NOT NULL,
        cause TEXT NOT NULL,
        caused_by TEXT,
        wish TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        follows TEXT,
        accepted INTEGER NOT NULL,
        not_before INTEGER,
        started INTEGER,
        finished INTEGER,
        phase TEXT,
        machine TEXT NOT NULL,
        from_release TEXT,
        to_release TEXT,
        to_identity TEXT,
        outcome TEXT,
        reason TEXT,
        interruptions INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX deploys_by_service ON deploys (service, accepted);
    CREATE INDEX deploys_by_age ON deploys (accepted);
    CREATE INDEX deploys_open ON deploys (accepted) WHERE outcome IS NULL;
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        deploy TEXT NOT NULL,
        phase TEXT NOT NULL,
        step TEXT NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX entries_by_deploy ON entries (deploy, id);
    CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        service TEXT,
        deploy TEXT,
        message TEXT NOT NULL,
        from_release TEXT,
        to_release TEXT,
        delivered INTEGER
    ) STRICT;
    CREATE INDEX events_undelivered ON events (id) WHERE delivered IS NULL;
    CREATE TABLE store (
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (scope, key)
    ) STRICT;
    """
