import Journal
import Lifecycle
import Model
import SQLite
import TestKit
import Testing

@Suite struct MigrationTests {
    let home = TestJournal()

    private func schema(_ further: String...) -> Schema { Schema(steps: Schema.current.steps + further) }

    private func makeOlder() async throws {
        let journal = try home.open { $0.backups = 0 }
        try await journal.finish(closing(finished("a")))
        await journal.close()
    }

    @Test func anOlderJournalIsBackedUpAndBroughtUpToDate() async throws {
        try await makeOlder()
        let journal = try home.open {
            $0.schema = schema("ALTER TABLE services ADD COLUMN note TEXT", "CREATE TABLE jobs (id TEXT) STRICT")
        }
        #expect(home.messages == ["\(home.path): moved from schema 1 to schema 3"])
        #expect(try await journal.history(service: nil, limit: 10).map(\.id.text) == ["a"])
        await journal.close()
        let backup = try Database(path: home.state + "/backups/grapnel-20270115T080000.000Z.db", mode: .readOnly)
        #expect(try backup.queryValue("PRAGMA user_version") == 1)
        #expect(try home.database().queryValue("SELECT count(*) FROM jobs") == 0)
    }

    @Test func aStepThatFailsLeavesTheVersionBefore() async throws {
        try await makeOlder()
        let problem = #expect(throws: Problem.self) {
            try home.open {
                $0.schema = schema("CREATE TABLE one (a TEXT)", "CREATE TABLE two (a TEXT); SELECT nonsense")
            }
        }
        #expect(problem?.code == .failed)
        let database = try home.database()
        #expect(try database.queryValue("PRAGMA user_version") == 2)
        #expect(try database.queryValue("SELECT count(*) FROM sqlite_schema WHERE name IN ('one', 'two')") == 1)
    }

    @Test func aNewerJournalIsRefusedAndLeftAsItIs() async throws {
        try await home.open { $0.schema = schema("CREATE TABLE jobs (id TEXT) STRICT") }.close()
        let before = home.directory.bytes("state/grapnel.db")
        #expect(
            throws: Problem(
                .unsupported,
                "\(home.path): written by a newer grapnel (schema 2), this one knows schemas up to 1: install the "
                    + "newer one again, or put an older backup in its place")
        ) { try home.open() }
        #expect(home.directory.bytes("state/grapnel.db") == before)
        #expect(home.messages == [])
    }

    @Test func aBackupOfAnOlderSchemaIsRestoredAndBroughtUpToDate() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a")))
        await journal.close()
        home.damage { $0 = [1] }
        let newer = try home.open { $0.schema = schema("ALTER TABLE services ADD COLUMN note TEXT") }
        #expect(home.restorations.map(\.backup) == ["grapnel-20270115T080000.000Z.db"])
        #expect(try await newer.history(service: nil, limit: 10).map(\.id.text) == ["a"])
        await newer.close()
        #expect(try home.database().queryValue("PRAGMA user_version") == 2)
    }

    @Test func tablesThatAnOwnerAddedDoNoHarm() async throws {
        try await makeOlder()
        let database = try home.database()
        try database.execute("CREATE TABLE mine (a TEXT)")
        database.close()
        try await home.open().close()
        #expect(home.messages == [])
    }
}
