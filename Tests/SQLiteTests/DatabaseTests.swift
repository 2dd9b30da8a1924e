import Glibc
import Model
import SQLite
import TestKit
import Testing

@Suite struct DatabaseTests {
    let directory = FileTree()

    private func database() throws -> Database {
        let database = try Database(path: directory.path("test.db"), mode: .create)
        try database.execute(
            "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size REAL, data BLOB) STRICT")
        return database
    }

    @Test func everyKindOfValueComesBackAsItWas() throws {
        let database = try database()
        let values: [(SQLValue, SQLValue, SQLValue)] = [
            ("plain", 1.5, .blob([0, 255, 1])),
            ("", 0.0, .blob([])),
            // A zero byte inside, and text that takes several bytes a character.
            ("a\u{0}b é 🪝", -1e300, .blob(Array(repeating: 7, count: 100_000))),
            (.null, .null, .null),
        ]
        for (name, size, data) in values {
            try database.execute("INSERT INTO things (name, size, data) VALUES (?, ?, ?)", [name, size, data])
        }
        let read = try database.query("SELECT name, size, data FROM things ORDER BY id") { row throws(Problem) in
            [try row.value("name"), try row.value("size"), try row.value("data")]
        }
        #expect(read == values.map { [$0, $1, $2] })
        #expect(try database.queryValue("SELECT max(id) FROM things") == .integer(4))
        #expect(database.lastInsertedID == 4)
    }

    @Test func integersKeepAllTheirBits() throws {
        let database = try database()
        for value in [Int64.min, -1, 0, .max] {
            #expect(try database.queryValue("SELECT ?", [.integer(value)]) == .integer(value))
        }
    }

    @Test func executeTellsHowManyRowsItChanged() throws {
        let database = try database()
        try database.execute("INSERT INTO things (name) VALUES ('a'), ('b'), ('c')")
        #expect(try database.execute("DELETE FROM things WHERE name > ?", ["a"]) == 2)
        #expect(try database.execute("SELECT * FROM things") == 0)
    }

    @Test func aStatementMayRunInsideItsOwnRows() throws {
        let database = try database()
        try database.execute("INSERT INTO things (name) VALUES ('a'), ('b')")
        let counts = try database.query("SELECT name FROM things") { _ throws(Problem) in
            try database.query("SELECT name FROM things") { row throws(Problem) in try row.text("name") }.count
        }
        #expect(counts == [2, 2])
    }

    @Test func aValueOfAnotherKindThanExpectedIsCorruption() throws {
        let database = try database()
        try database.execute("INSERT INTO things (name) VALUES ('a')")
        let problem = #expect(throws: Problem.self) {
            try database.queryFirst("SELECT name FROM things") { row throws(Problem) in try row.integer("name") }
        }
        #expect(problem?.code == .corrupt)
        #expect(
            problem?.message
                == "\(directory.path("test.db")): \"SELECT name FROM things\" found text in \"name\", expected an integer"
        )
    }

    @Test func textThatIsNotUTF8IsCorruption() throws {
        let database = try database()
        let problem = #expect(throws: Problem.self) { try database.queryValue("SELECT CAST(x'ff' AS TEXT)") }
        #expect(problem?.code == .corrupt)
    }

    @Test func aProblemNamesTheFileAndTheStatementButNoValue() throws {
        let database = try database()
        try database.execute("INSERT INTO things (name) VALUES (?)", ["hunter2"])
        let problem = #expect(throws: Problem.self) {
            try database.execute("INSERT INTO things (name) VALUES (?)", ["hunter2"])
        }
        #expect(problem?.code == .failed)
        #expect(
            problem?.message == "\(directory.path("test.db")): \"INSERT INTO things (name) VALUES (?)\" did not work: "
                + "UNIQUE constraint failed: things.name (code 2067)")
    }

    @Test func wrongNumbersOfValuesAndStatementsAreRefused() throws {
        let database = try database()
        let file = directory.path("test.db")
        #expect(throws: Problem(.invalid, "\(file): \"SELECT ?, ?\" got 1 values, expected 2")) {
            try database.queryValue("SELECT ?, ?", [1])
        }
        #expect(throws: Problem(.invalid, "\(file): \"SELECT 1; SELECT 2\" is more than one statement, expected one")) {
            try database.queryValue("SELECT 1; SELECT 2")
        }
        #expect(throws: Problem(.invalid, "\(file): \"SELECT 1 AS one\" has no column \"two\"")) {
            try database.queryFirst("SELECT 1 AS one") { row throws(Problem) in try row.value("two") }
        }
    }

    // MARK: - Files

    @Test func aNewFileAndItsCompanionsBelongToTheirOwnerAlone() throws {
        let database = try database()
        try database.execute("PRAGMA journal_mode = WAL")
        try database.execute("INSERT INTO things (name) VALUES ('a')")
        #expect(directory.names() == ["test.db", "test.db-shm", "test.db-wal"])
        for name in directory.names() {
            var status = stat()
            stat(directory.path(name), &status)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
        database.close()
    }

    @Test(arguments: [Database.Mode.write, .readOnly])
    func aMissingFileIsNotMade(mode: Database.Mode) throws {
        let path = directory.path("missing.db")
        #expect(throws: Problem(.notFound, "\(path): the database could not be opened: No such file or directory")) {
            try Database(path: path, mode: mode)
        }
        #expect(directory.names() == [])
    }

    @Test func aDirectoryIsNoDatabase() throws {
        #expect(throws: Problem(.invalid, "\(directory.path): not a file, expected a database")) {
            try Database(path: directory.path, mode: .create)
        }
    }

    @Test func aForeignFileIsCorrupt() throws {
        directory.file("text.db", String(repeating: "x", count: 5000), mode: 0o600)
        let database = try Database(path: directory.path("text.db"), mode: .write)
        let problem = #expect(throws: Problem.self) { try database.queryValue("SELECT count(*) FROM sqlite_schema") }
        #expect(problem?.code == .corrupt)
        #expect(problem?.message.hasSuffix("file is not a database (code 26)") == true)
    }

    @Test func aReadOnlyConnectionReadsWhatAWriterJustCommitted() throws {
        let database = try database()
        try database.execute("PRAGMA journal_mode = WAL")
        try database.execute("INSERT INTO things (name) VALUES ('a')")
        let reader = try Database(path: directory.path("test.db"), mode: .readOnly)
        #expect(try reader.queryValue("SELECT name FROM things") == "a")
        #expect(throws: Problem.self) { try reader.execute("DELETE FROM things") }
    }

    @Test func aFileLockedByAnotherConnectionIsAConflictAfterTheTimeout() throws {
        let first = try database()
        try first.execute("BEGIN IMMEDIATE")
        let second = try Database(path: directory.path("test.db"), mode: .write, busyTimeout: .milliseconds(20))
        let problem = #expect(throws: Problem.self) { try second.execute("INSERT INTO things (name) VALUES ('b')") }
        #expect(problem?.code == .conflict)
        try first.execute("ROLLBACK")
        try second.execute("INSERT INTO things (name) VALUES ('b')")
    }

    @Test func aFullDatabaseIsALimit() throws {
        let database = try database()
        try database.execute("PRAGMA max_page_count = 10")
        let problem = #expect(throws: Problem.self) {
            try database.execute("INSERT INTO things (data) VALUES (zeroblob(1000000))")
        }
        #expect(problem?.code == .limit)
    }

    @Test func aClosedDatabaseSaysSo() throws {
        let database = try database()
        database.close()
        #expect(throws: Problem(.interrupted, "\(directory.path("test.db")): the database is closed")) {
            try database.execute("SELECT 1")
        }
    }

    // MARK: - Transactions

    @Test func aFailedTransactionLeavesNothing() throws {
        let database = try database()
        #expect(throws: Problem(.failed, "no")) {
            try database.transaction { () throws(Problem) in
                try database.execute("INSERT INTO things (name) VALUES ('a')")
                throw Problem(.failed, "no")
            }
        }
        #expect(!database.isInTransaction)
        #expect(try database.queryValue("SELECT count(*) FROM things") == 0)
    }

    @Test func aFailedInnerTransactionLeavesTheOuterOne() throws {
        let database = try database()
        try database.transaction { () throws(Problem) in
            try database.execute("INSERT INTO things (name) VALUES ('outer')")
            do throws(Problem) {
                try database.transaction { () throws(Problem) in
                    try database.execute("INSERT INTO things (name) VALUES ('inner')")
                    throw Problem(.failed, "no")
                }
            } catch {
                #expect(error == Problem(.failed, "no"))
            }
        }
        let names = try database.query("SELECT name FROM things") { row throws(Problem) in try row.text("name") }
        #expect(names == ["outer"])
    }

    // MARK: - Checking

    @Test func aSoundDatabaseHasNoFindings() throws {
        let database = try filled()
        #expect(try database.quickCheck() == [])
        #expect(try database.integrityCheck() == [])
    }

    @Test func overwrittenPagesAreFound() throws {
        try filled().close()
        var bytes = directory.bytes("test.db")
        // The first page stays as it is, so that it can be opened at all.
        for index in stride(from: 4096 * 3, to: bytes.count, by: 4096) {
            bytes.replaceSubrange(index..<index + 16, with: repeatElement(0xAA, count: 16))
        }
        directory.file("test.db", bytes, mode: 0o600)
        let database = try Database(path: directory.path("test.db"), mode: .write)
        #expect(try !database.quickCheck().isEmpty)
        #expect(try !database.integrityCheck().isEmpty)
    }

    @Test func aFileCutShortIsFound() throws {
        try filled().close()
        directory.file("test.db", directory.bytes("test.db").dropLast(8192), mode: 0o600)
        let database = try Database(path: directory.path("test.db"), mode: .write)
        #expect(try !database.quickCheck().isEmpty)
    }

    // MARK: - Backup

    @Test func aBackupIsOneWholePrivateFileWhileAWriterGoesOn() throws {
        let database = try filled()
        try database.execute("PRAGMA journal_mode = WAL")
        let reader = try Database(path: directory.path("test.db"), mode: .readOnly)
        try database.execute("BEGIN IMMEDIATE")
        try database.execute("DELETE FROM things")
        try reader.backup(to: directory.path("copy.db"))
        try database.execute("COMMIT")
        reader.close()
        database.close()

        #expect(directory.names() == ["copy.db", "test.db"])
        var status = stat()
        stat(directory.path("copy.db"), &status)
        #expect(status.st_mode & 0o777 == 0o600)
        let copy = try Database(path: directory.path("copy.db"), mode: .readOnly)
        #expect(try copy.integrityCheck() == [])
        #expect(try copy.queryValue("SELECT count(*) FROM things") == 500)
        #expect(try copy.queryValue("PRAGMA journal_mode") == "delete")
    }

    @Test func aBackupNeverReplacesAFile() throws {
        let database = try database()
        directory.file("copy.db", [1], mode: 0o600)
        #expect(throws: Problem(.conflict, "\(directory.path("copy.db")): exists already")) {
            try database.backup(to: directory.path("copy.db"))
        }
        #expect(directory.bytes("copy.db") == [1])
    }

    @Test func aBackupOfADamagedFileLeavesNoFile() throws {
        directory.file("text.db", String(repeating: "x", count: 5000), mode: 0o600)
        let database = try Database(path: directory.path("text.db"), mode: .write)
        let problem = #expect(throws: Problem.self) { try database.backup(to: directory.path("copy.db")) }
        #expect(problem?.code == .corrupt)
        #expect(directory.names() == ["text.db"])
    }

    private func filled() throws -> Database {
        let database = try database()
        try database.transaction { () throws(Problem) in
            for number in 0..<500 {
                try database.execute(
                    "INSERT INTO things (name, data) VALUES (?, ?)",
                    [.text("name \(number)"), .blob(Array(repeating: 1, count: 300))])
            }
        }
        return database
    }
}
