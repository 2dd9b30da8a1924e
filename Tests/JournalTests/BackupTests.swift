import Glibc
import Journal
import Lifecycle
import Model
import SQLite
import TestKit
import Testing

@Suite struct BackupTests {
    let home = TestJournal()

    /// Backups are made beside the work; this waits for them, for as long as it takes.
    private func backups(reach count: Int) async -> [String] {
        while home.backups.count < count { await Task.yield() }
        return home.backups
    }

    @Test func aFinishedDeployIsBackedUpAtOnceAndTheNextAfterTheInterval() async throws {
        let journal = try home.open { $0.backupInterval = .seconds(600) }
        try await journal.advance(started("a"), entries: [], events: [])
        #expect(home.backups == [])
        try await journal.finish(closing(finished("a")))
        #expect(await backups(reach: 1) == ["grapnel-20270115T080000.000Z.db"])
        home.clock.advance(by: .seconds(1))
        try await journal.finish(closing(finished("b", at: 1)))
        try await journal.finish(closing(finished("c", at: 2)))
        while home.clock.nextDue == nil {
            // The first backup may still be ending, then nothing was put off yet.
            try await journal.finish(closing(finished("c", at: 2)))
            await Task.yield()
        }
        home.clock.advance(by: .seconds(598))
        #expect(home.backups.count == 1)
        home.clock.advance(by: .seconds(2))
        #expect(await backups(reach: 2).last == "grapnel-20270115T081001.000Z.db")
        #expect(home.directory.mode(of: "state/backups") == 0o700)
        #expect(home.directory.mode(of: "state/backups/grapnel-20270115T081001.000Z.db") == 0o600)
        await journal.close()
        #expect(home.messages == [])
        let copy = try Database(path: home.state + "/backups/" + home.backups[1], mode: .readOnly)
        #expect(try copy.queryValue("SELECT count(*) FROM deploys") == 3)
        #expect(try copy.integrityCheck() == [])
    }

    @Test func aCleanStopBacksUpWhatChangedAndNothingElse() async throws {
        var journal = try home.open()
        try await journal.accept(record("a"), state: nil, events: [])
        await journal.close()
        #expect(home.backups.count == 1)
        home.clock.advance(by: .seconds(3600))
        journal = try home.open()
        #expect(try await journal.waiting().count == 1)
        await journal.close()
        #expect(home.backups.count == 1)
    }

    @Test func onlyTheNewestAreKept() async throws {
        for _ in 0..<5 {
            let journal = try home.open { $0.backups = 2 }
            try await journal.add([event(.deployed, "web")])
            await journal.close()
            home.clock.advance(by: .seconds(60))
        }
        #expect(home.backups == ["grapnel-20270115T080300.000Z.db", "grapnel-20270115T080400.000Z.db"])
    }

    @Test func otherFilesInTheDirectoryAreLeftAloneAndUnfinishedBackupsGo() async throws {
        let directory = home.directory.directory("elsewhere", mode: 0o700)
        for name in ["notes.txt", "grapnel-old.db", "grapnel-1.db.unfinished"] {
            home.directory.file("elsewhere/" + name, [1])
        }
        let journal = try home.open {
            $0.backups = 1
            $0.backupDirectory = directory
        }
        try await journal.add([event(.deployed, "web")])
        await journal.close()
        #expect(
            home.directory.names(in: "elsewhere")
                == ["grapnel-20270115T080000.000Z.db", "grapnel-old.db", "notes.txt"])
        #expect(home.names().contains("backups") == false)
    }

    @Test func aBackupThatCannotBeMadeIsToldAndRemovesNone() async throws {
        var journal = try home.open { $0.backups = 1 }
        try await journal.add([event(.deployed, "web")])
        await journal.close()
        home.clock.advance(by: .seconds(60))
        journal = try home.open { $0.backups = 1 }
        try await journal.add([event(.deployed, "web")])
        // Its name is taken, by a directory.
        mkdir(home.state + "/backups/grapnel-20270115T080100.000Z.db", 0o700)
        await journal.close()
        #expect(
            home.messages == [
                "the journal was not backed up: \(home.state)/backups/grapnel-20270115T080100.000Z.db.unfinished: could "
                    + "not be renamed to \(home.state)/backups/grapnel-20270115T080100.000Z.db: Is a directory"
            ])
        #expect(home.backups == ["grapnel-20270115T080000.000Z.db", "grapnel-20270115T080100.000Z.db"])
    }

    /// A damaged page is copied into the backup; the check of the copy tells of the damage in the original.
    @Test func damageThatABackupFindsIsMended() async throws {
        var journal = try home.open()
        try await journal.finish(closing(finished("a")))
        await journal.close()
        let database = try home.database()
        let page = try database.queryValue("SELECT rootpage FROM sqlite_schema WHERE name = 'events_undelivered'")
        database.close()
        guard case .integer(let page) = page else { throw Problem(.failed, "no such index") }
        home.damage { $0.replaceSubrange(Int(page - 1) * 4096..<Int(page) * 4096, with: repeatElement(0, count: 4096)) }
        home.clock.advance(by: .seconds(60))
        journal = try home.open()
        try await journal.accept(record("b"), state: nil, events: [])
        await journal.close()
        #expect(home.restorations.count == 1)
        #expect(home.backups == ["grapnel-20270115T080000.000Z.db"])
        journal = try home.open()
        #expect(try await journal.waiting().map(\.id.text) == ["b"])
        #expect(try await journal.history(service: nil, limit: 10).map(\.id.text) == ["b", "a"])
        await journal.close()
    }
}
