import Glibc
import Journal
import Lifecycle
import Model
import SQLite
import TestKit
import Testing

@Suite struct RestorationTests {
    let home = TestJournal()

    /// A journal with a backup in which service `web` has one deploy, and one more deploy and a block that
    /// came after it.
    private func prepare() async throws {
        var journal = try home.open()
        try await journal.finish(closing(finished("before", at: 1)))
        await journal.close()
        #expect(home.backups == ["grapnel-20270115T080000.000Z.db"])
        home.clock.advance(by: .seconds(60))
        journal = try home.open { $0.backups = 0 }
        try await journal.advance(started("after", at: 2), entries: [intent(.up, "create", ["old": "abc"])], events: [])
        try await journal.finish(closing(finished("bad", service: "api", at: 3), block: block("api", release(7))))
        await journal.close()
        #expect(home.messages == [])
    }

    private func ids(_ journal: DatabaseJournal) async throws -> [String] {
        try await journal.history(service: nil, limit: 100).map(\.id.text)
    }

    @Test func aFileThatIsNoDatabaseIsKeptAndTheBackupTakesItsPlace() async throws {
        try await prepare()
        let garbage = Array("this is not a database, but it is long enough to be looked at as one ".utf8)
        home.damage { $0 = Array(repeatElement(garbage, count: 100).joined()) }
        let journal = try home.open()
        let kept = "grapnel.db.corrupt-20270115T080100.000Z"
        let message =
            "\(home.path): the journal was damaged (\"PRAGMA application_id\" did not work: file is not a database "
            + "(code 26)); it is kept as \(kept); the backup grapnel-20270115T080000.000Z.db, taken "
            + "2027-01-15T08:00:00.000Z, is in its place; everything that was written since that backup is lost"
        #expect(home.messages == [message])
        #expect(home.names().filter { $0.contains("corrupt") } == [kept])
        #expect(home.directory.bytes("state/" + kept).starts(with: garbage))
        #expect(try await ids(journal) == ["before"])
        // It is told to people too, and the journal works.
        let told = try await journal.undelivered(limit: 10).map(\.event).filter { $0.kind == .journalRestored }
        #expect(told.map(\.message) == [message])
        try await journal.finish(closing(finished("next", at: 9)))
        #expect(try await ids(journal) == ["next", "before"])
        await journal.close()
        #expect(home.messages == [message])
    }

    @Test func withoutABackupANewJournalIsStarted() async throws {
        try await home.open { $0.backups = 0 }.close()
        home.damage { $0 = Array("nonsense".utf8) }
        let journal = try home.open()
        #expect(
            home.messages == [
                "\(home.path): the journal was damaged (the file is cut short to 8 bytes); it is kept as "
                    + "grapnel.db.corrupt-20270115T080000.000Z; there is no good backup, so a new journal was started; everything is lost"
            ])
        #expect(try await ids(journal) == [])
        await journal.close()
    }

    @Test func aMissingFileIsRestored() async throws {
        try await prepare()
        home.removeFile("grapnel.db")
        let journal = try home.open()
        #expect(
            home.messages == [
                "\(home.path): the journal was damaged (the file is missing); the backup "
                    + "grapnel-20270115T080000.000Z.db, taken 2027-01-15T08:00:00.000Z, is in its place; everything "
                    + "that was written since that backup is lost"
            ])
        #expect(try await ids(journal) == ["before"])
        await journal.close()
    }

    @Test func anEmptyFileIsRestored() async throws {
        try await prepare()
        home.damage { $0 = [] }
        let journal = try home.open()
        #expect(home.restorations.map(\.damage) == ["the file is empty"])
        #expect(try await ids(journal) == ["before"])
        await journal.close()
    }

    @Test func whatWasUnderWayWhenABackupWasTakenIsNotDoneAgain() async throws {
        var journal = try home.open()
        var state = ServiceState(name: "web")
        state.current = release(1)
        state.currentSince = start
        state.previous = release(0)
        try await journal.finish(closing(finished("before", at: 1), state: state))
        try await journal.advance(started("running", at: 2), entries: [intent(.up, "run")], events: [])
        try await journal.accept(record("waiting", at: 3), state: nil, events: [])
        await journal.close()
        let backup = try #require(home.backups.last)
        home.removeFile("grapnel.db")
        home.clock.advance(by: .seconds(60))
        journal = try home.open()
        #expect(home.restorations.map(\.backup) == [backup])
        #expect(try await journal.unfinished() == [])
        #expect(try await journal.waiting() == [])
        let reason =
            "the journal was restored from a backup of 2027-01-15T08:00:00.000Z: what became of this deploy is not known"
        for id in ["running", "waiting"] {
            let deploy = try await journal.deploy(id)
            #expect(deploy?.outcome == .failed && deploy?.reason == reason)
        }
        #expect(try await journal.deploy("before")?.outcome == .deployed)
        let restored = try await journal.service("web")
        #expect(restored?.current == nil && restored?.currentSince == home.clock.now())
        #expect(restored?.previous == release(0))
        await journal.close()
    }

    @Test func aDeployThatCanBeReadWithAllItsEntriesGoesOn() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("DROP TABLE services")
        database.close()
        let journal = try home.open()
        #expect(try await journal.unfinished().map(\.id.text) == ["after"])
        #expect(try await journal.entries(of: DeployID("after")) == [intent(.up, "create", ["old": "abc"])])
        await journal.close()
    }

    @Test func aDeployWhoseEntriesAreLostDoesNotGoOn() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("DROP TABLE entries")
        database.close()
        let journal = try home.open()
        #expect(try await journal.unfinished() == [])
        let deploy = try await journal.deploy("after")
        #expect(deploy?.outcome == .failed)
        #expect(deploy?.reason == "the journal was damaged: what became of this deploy is not known")
        #expect(try await journal.deploy("bad")?.outcome == .deployed)
        await journal.close()
    }

    @Test func theFirstStartIsNoRestoration() async throws {
        let journal = try home.open()
        #expect(home.messages == [])
        #expect(home.directory.mode(of: "state") == 0o700)
        #expect(home.directory.mode(of: "state/grapnel.db") == 0o600)
        await journal.close()
    }

    @Test func aForeignDatabaseIsKeptAndReplaced() async throws {
        try await prepare()
        home.removeFile("grapnel.db")
        let foreign = try Database(path: home.path, mode: .create)
        try foreign.execute("CREATE TABLE music (title TEXT)")
        foreign.close()
        let journal = try home.open()
        #expect(home.restorations.map(\.damage) == ["this is not a journal of grapnel"])
        #expect(try await ids(journal) == ["before"])
        await journal.close()
    }

    @Test func aMissingTableIsDamageAndTheOthersAreSaved() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("DROP TABLE services")
        database.close()
        let journal = try home.open()
        #expect(home.restorations.map(\.damage) == ["the table \"services\" is missing or not what it has to be"])
        // The services come from the backup, all else from the damaged file, the newer deploy with it.
        #expect(try await journal.services().map(\.name) == ["web"])
        #expect(try await ids(journal) == ["bad", "after", "before"])
        #expect(try await journal.blocks(service: nil) == [block("api", release(7))])
        await journal.close()
    }

    @Test func whatIsReadableBehindDamageIsSaved() async throws {
        try await prepare()
        let filling = try home.open { $0.backups = 0 }
        for number in 0..<100 {
            let deploy = started("filler\(number)", service: "s\(number)", at: 10 + number)
            try await filling.advance(
                deploy, entries: [intent(.up, "create", ["n": .integer(Int64(number))])], events: [])
        }
        await filling.close()
        // A page in the middle of the deploys.
        let database = try home.database()
        let page = try database.queryValue(
            "SELECT pageno FROM dbstat WHERE name = 'deploys' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 1")
        database.close()
        guard case .integer(let page) = page else { throw Problem(.failed, "deploys have no such page") }
        home.damage {
            $0.replaceSubrange(Int(page - 1) * 4096..<Int(page) * 4096, with: repeatElement(0xEE, count: 4096))
        }

        // Nothing is seen before somebody reads there.
        let journal = try home.open()
        #expect(home.messages == [])
        let unfinished = try await journal.unfinished().map(\.id.text)
        let restoration = try #require(home.restorations.first)
        #expect(home.restorations.count == 1)
        #expect(restoration.damage.contains("database disk image is malformed"))
        // The first and the last are there, and so is the write-ahead record of the one that runs.
        #expect(unfinished.contains("after"))
        #expect(unfinished.contains("filler99"))
        #expect(unfinished.count > 60 && unfinished.count < 101)
        #expect(try await journal.entries(of: DeployID("after")) == [intent(.up, "create", ["old": "abc"])])
        #expect(try await journal.blocks(service: nil) == [block("api", release(7))])
        let saved = Dictionary(uniqueKeysWithValues: restoration.saved.map { ($0.table, $0) })
        #expect(saved["blocks"]?.rows == 1 && saved["blocks"]?.isComplete == true)
        #expect(saved["deploys"]?.isComplete == false)
        #expect(restoration.message.contains("read from the damaged file: all 1 blocks, "))
        #expect(restoration.message.hasSuffix("; everything else that was written since that backup is lost"))
        // And it goes on with the new file.
        try await journal.finish(closing(finished("next", at: 9000)))
        #expect(try await ids(journal).first == "next")
        await journal.close()
        let database2 = try home.database()
        #expect(try database2.integrityCheck() == [])
    }

    @Test func anUnblockedReleaseDoesNotComeBackFromTheBackup() async throws {
        var journal = try home.open()
        try await journal.finish(closing(finished("a"), block: block("web", release(1))))
        await journal.close()
        journal = try home.open { $0.backups = 0 }
        _ = try await journal.unblock(service: "web", identity: nil, events: [])
        await journal.close()
        let database = try home.database()
        try database.execute("DROP TABLE store")
        database.close()
        journal = try home.open()
        #expect(home.restorations.count == 1)
        #expect(try await journal.blocks(service: nil) == [])
        await journal.close()
    }

    @Test func aRowThatMakesNoSenseIsLeftOut() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("UPDATE deploys SET wish = '{' WHERE id = 'bad'")
        database.close()
        let journal = try home.open()
        #expect(try await ids(journal) == ["after", "before"])
        #expect(home.restorations.map(\.damage) == ["journal: the column \"wish\" cannot be read"])
        await journal.close()
    }

    @Test func aDamagedBackupIsPassedOver() async throws {
        try await prepare()
        home.write(home.directory.bytes("state/grapnel.db"), to: "backups/grapnel-20280101T000000.000Z.db")
        home.damage("backups/grapnel-20280101T000000.000Z.db") { bytes in
            for page in stride(from: 4096, to: bytes.count, by: 4096) { bytes[page] = 0xFF }
        }
        home.write("short".utf8, to: "backups/grapnel-20290101T000000.000Z.db")
        home.damage { $0 = [1, 2, 3] }
        let journal = try home.open()
        #expect(home.restorations.map(\.backup) == ["grapnel-20270115T080000.000Z.db"])
        #expect(try await ids(journal) == ["before"])
        await journal.close()
    }

    @Test func theLogGoesWithItsDamagedFile() async throws {
        try await prepare()
        home.damage { $0 = [1, 2, 3] }
        home.write("a log".utf8, to: "grapnel.db-wal")
        let journal = try home.open()
        let kept = "grapnel.db.corrupt-20270115T080100.000Z"
        #expect(home.names().contains(kept + "-wal"))
        #expect(try await ids(journal) == ["before"])
        await journal.close()
    }

    @Test func onlyTheNewestDamagedFilesAreKept() async throws {
        try await prepare()
        for number in 0..<8 {
            home.damage { $0 = Array(repeating: UInt8(number), count: 3) }
            try await home.open { $0.backups = 0 }.close()
            home.clock.advance(by: .seconds(1))
        }
        let kept = home.names().filter { $0.contains("corrupt") }
        #expect(
            kept.map { home.directory.bytes("state/" + $0) } == (3..<8).map { Array(repeating: UInt8($0), count: 3) })
    }

    /// There is no room for the new file at first.
    @Test func aRestorationThatFailsIsTriedAgainByTheNextCall() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("UPDATE deploys SET wish = '{' WHERE id = 'bad'")
        database.close()
        let journal = try home.open()
        mkdir(home.path + ".restoring", 0o700)
        let problem = await #expect(throws: Problem.self) { try await journal.history(service: nil, limit: 10) }
        #expect(problem?.message.hasPrefix("\(home.path).restoring") == true)
        #expect(home.messages.last?.hasPrefix("the damaged journal was not restored: \(home.path).restoring") == true)
        // What is not damaged still works.
        try await journal.append([intent(.up, "more")], to: DeployID("after"))
        rmdir(home.path + ".restoring")
        #expect(try await ids(journal) == ["after", "before"])
        #expect(home.restorations.map(\.damage) == ["journal: the column \"wish\" cannot be read"])
        #expect(try await journal.entries(of: DeployID("after")).map(\.step) == ["create", "more"])
        await journal.close()
    }

    // MARK: - Killed while restoring

    @Test func aRestorationThatWasCutOffBeforeTheExchangeBeginsAnew() async throws {
        try await prepare()
        home.damage { $0 = [1, 2, 3] }
        home.write("half a file".utf8, to: "grapnel.db.restoring")
        let journal = try home.open()
        #expect(home.restorations.count == 1)
        #expect(try await ids(journal) == ["before"])
        await journal.close()
        #expect(!home.names().contains { $0.contains("restor") })
    }

    /// The cut comes: before anything was moved, after the file, after the file and its log.
    @Test(arguments: 0..<3) func anExchangeThatWasCutOffIsFinished(moved: Int) async throws {
        try await prepare()
        let restored = TestJournal()
        let complete = try restored.open()
        try await complete.finish(closing(finished("restored")))
        await complete.close()
        home.write(restored.directory.bytes("state/grapnel.db"), to: "grapnel.db.restored")
        home.damage { $0 = [1, 2, 3] }
        home.write("a log".utf8, to: "grapnel.db-wal")
        if moved > 0 { home.removeFile("grapnel.db") }
        if moved > 1 { home.removeFile("grapnel.db-wal") }
        let journal = try home.open()
        #expect(home.messages == [])
        #expect(try await ids(journal) == ["restored"])
        await journal.close()
    }

    // MARK: - After an unclean stop

    @Test func anUncleanStopIsCheckedAndSoundFilesStay() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("UPDATE meta SET value = 'true' WHERE name = 'running'")
        database.close()
        let journal = try home.open()
        await journal.close()
        #expect(
            home.messages == [
                "\(home.path): the agent was not stopped cleanly, the journal is being checked",
                "\(home.path): the journal is sound",
            ])
        // This time it was stopped cleanly.
        try await home.open().close()
        #expect(home.messages.count == 2)
    }

    @Test func damageThatTheCheckFindsIsRestoredWhileTheAgentRuns() async throws {
        try await prepare()
        let database = try home.database()
        try database.execute("UPDATE meta SET value = 'true' WHERE name = 'running'")
        let page = try database.queryValue("SELECT rootpage FROM sqlite_schema WHERE name = 'deploys_by_age'")
        database.close()
        guard case .integer(let page) = page else { throw Problem(.failed, "no such index") }
        home.damage { $0.replaceSubrange(Int(page - 1) * 4096..<Int(page) * 4096, with: repeatElement(0, count: 4096)) }
        let journal = try home.open()
        // Meanwhile others write.
        for number in 0..<20 { try await journal.append([intent(.up, "s\(number)")], to: DeployID("after")) }
        await journal.close()
        #expect(home.restorations.count == 1)
        #expect(home.restorations.first?.message.hasSuffix("; nothing is known to be lost") == true)
        let again = try home.open()
        #expect(try await ids(again) == ["bad", "after", "before"])
        #expect(try await again.entries(of: DeployID("after")).count == 21)
        await again.close()
    }

    // MARK: - Any damage at all

    /// Whatever bytes are changed wherever, the agent starts, or says that a newer one is needed; and what it
    /// then shows can be read, and it can write.
    @Test(arguments: 0..<60) func noDamageKeepsTheAgentFromWorking(seed: UInt64) async throws {
        try await prepare()
        var random = Seeded(seed)
        home.damage { bytes in
            if seed % 6 == 0 {
                bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
                return
            }
            // Every third time in the first page, where the header and the schema are.
            let range = seed % 3 == 0 ? 0..<4096 : 0..<bytes.count
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let start = Int.random(in: range, using: &random)
                for index in start..<min(range.upperBound, start + Int.random(in: 1...64, using: &random)) {
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                }
            }
        }
        let journal: DatabaseJournal
        do throws(Problem) {
            journal = try home.open()
        } catch {
            #expect(error.code == .unsupported, "\(error)")
            return
        }
        // A changed letter inside a word is damage that nobody can see, but it must be told plainly.
        do throws(Problem) {
            _ = try await journal.history(service: nil, limit: 100)
            _ = try await journal.unfinished()
            _ = try await journal.entries(of: DeployID("after"))
            _ = try await journal.blocks(service: nil)
            _ = try await journal.services()
            _ = try await journal.undelivered(limit: 100)
        } catch {
            #expect(error.code == .unsupported, "\(error)")
        }
        try await journal.finish(closing(finished("next", service: "new", at: 9000)))
        #expect(try await journal.history(service: "new", limit: 1).map(\.id.text) == ["next"])
        await journal.close()
    }
}
