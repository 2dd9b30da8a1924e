import Journal
import Lifecycle
import Model
import TestKit
import Testing

@Suite struct DeployTests {
    let home = TestJournal()

    @Test func aDeployComesBackAsItWasWrittenAlsoAfterARestart() async throws {
        var full = started("d2", at: 1)
        full.trigger = Trigger(.api, by: "key \"ci\"")
        full.follows = DeployID("d1")
        full.notBefore = start + .seconds(9)
        full.from = release(1)
        full.to = .revision("4f1c2d")
        full.reason = "naïve: \"quoted\"\n🪝"
        full.interruptions = 3
        full.attempt = 7
        full.machine = ["phase": "up", "chosen": nil, "deep": [[1, 2.5, ["x": false]]]]
        let bare = record("d1")
        var journal = try home.open()
        try await journal.accept(bare, state: nil, events: [])
        try await journal.advance(full, entries: [intent(.up)], events: [])
        await journal.close()
        journal = try home.open()
        #expect(try await journal.waiting() == [bare])
        #expect(try await journal.unfinished() == [full])
        #expect(try await journal.entries(of: full.id) == [intent(.up)])
        await journal.close()
    }

    @Test func whatServicesWereMovedFromAndToIsKnownAsLongAsTheHistory() async throws {
        let journal = try home.open()
        var first = started("a", at: 1)
        first.from = release(1)
        first.to = release(2)
        var second = started("b", at: 2)
        second.from = release(2)
        second.to = .revision("4f1c2d")
        try await journal.advance(first, entries: [], events: [])
        try await journal.advance(second, entries: [], events: [])
        try await journal.accept(record("c", service: "api", at: 3), state: nil, events: [])
        let expected = ["web": [release(1), release(2), .revision("4f1c2d")] as Set]
        #expect(try await journal.pastReleases() == expected)
        await journal.close()
        let reader = try JournalReader(path: home.path)
        #expect(try await reader.pastReleases() == expected)
        await reader.close()
    }

    @Test func waitingOnesComeOldestFirstAndANewerWishReplacesTheOld() async throws {
        let journal = try home.open()
        try await journal.accept(record("b", at: 2), state: nil, events: [])
        try await journal.accept(record("a", service: "api", at: 1), state: nil, events: [])
        var newer = record("b", at: 2)
        newer.wish = Wish(.image("registry.example/web:9"))
        try await journal.accept(newer, state: nil, events: [])
        #expect(try await journal.waiting() == [record("a", service: "api", at: 1), newer])
        await journal.close()
    }

    @Test func acceptingMayEndAHoldInTheSameCommit() async throws {
        let journal = try home.open()
        var state = ServiceState(name: "web")
        state.hold = ServiceState.Mark(reason: "tag v1 was asked for", by: "ada", since: start)
        try await journal.save(state, events: [])
        #expect(try await journal.service("web") == state)
        state.hold = nil
        try await journal.accept(record("a"), state: state, events: [event(.followed, "web")])
        #expect(try await journal.service("web") == state)
        #expect(try await journal.undelivered(limit: 10).map(\.event) == [event(.followed, "web")])
        await journal.close()
    }

    @Test func stepsComeInTheOrderInWhichTheyWereWritten() async throws {
        let journal = try home.open()
        try await journal.advance(started("a"), entries: [result(.preUp), intent(.up)], events: [])
        let create = intent(.up, "create", ["env": ["TOKEN=hunter2"]])
        try await journal.append([create], to: DeployID("a"))
        try await journal.append([result(.up, "create", ["id": "abc"])], to: DeployID("a"))
        #expect(
            try await journal.entries(of: DeployID("a")) == [
                result(.preUp), intent(.up), create, result(.up, "create", ["id": "abc"]),
            ])
        #expect(try await journal.entries(of: DeployID("b")) == [])
        await journal.close()
    }

    @Test func everythingAboutAnEndIsTrueAtOnce() async throws {
        let journal = try home.open()
        try await journal.advance(started("a"), entries: [intent(.up)], events: [event(.started, "web")])
        var state = ServiceState(name: "web")
        state.current = release(1)
        state.currentSince = start
        var next = record("b", at: 5)
        next.follows = DeployID("a")
        let ended = finished("a", to: release(2), .rolledBack)
        var closing = closing(ended, state: state, block: block("web", release(2)))
        closing.entries = [result(.rollback, "", ["result": "ok"])]
        closing.followUp = next
        closing.event = event(.rolledBack, "web")
        try await journal.finish(closing)
        #expect(try await journal.unfinished() == [])
        #expect(try await journal.history(service: nil, limit: 10) == [next, ended])
        #expect(try await journal.lastDeploy(of: "web") == ended)
        #expect(try await journal.lastDeploy(of: "other") == nil)
        #expect(try await journal.service("web") == state)
        #expect(try await journal.blocks(service: "web") == [block("web", release(2))])
        #expect(try await journal.waiting() == [next])
        #expect(try await journal.undelivered(limit: 10).map(\.event.kind) == [.started, .rolledBack])
        await journal.close()
    }

    @Test func aGoodReleaseEndsTheBlocksOfItsServiceOnly() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a"), block: block("web", release(1))))
        try await journal.finish(closing(finished("b", service: "api"), block: block("api", release(1))))
        var closing = closing(finished("c"))
        closing.clearsBlocks = true
        try await journal.finish(closing)
        #expect(try await journal.blocks(service: nil) == [block("api", release(1))])
        await journal.close()
    }

    @Test func aReleaseThatIsDeployedAfterAllEndsItsOwnBlockOnly() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a"), block: block("web", release(1))))
        try await journal.finish(closing(finished("b"), block: block("web", release(2))))
        var closing = closing(finished("c"))
        closing.proven = release(2)
        try await journal.finish(closing)
        #expect(try await journal.blocks(service: "web").map(\.release) == [release(1)])
        await journal.close()
    }

    @Test func anExpiredBlockGoesWithTheNextEnd() async throws {
        let journal = try home.open()
        let brief = block("web", release(1), expires: start + .seconds(10))
        try await journal.finish(closing(finished("a"), block: brief))
        var later = closing(finished("b", service: "api"))
        later.event = event(.deployed, "api", at: 9)
        try await journal.finish(later)
        #expect(try await journal.blocks(service: nil) == [brief])
        later.event = event(.deployed, "api", at: 10)
        try await journal.finish(later)
        #expect(try await journal.blocks(service: nil) == [])
        await journal.close()
    }

    @Test func unblockingAnswersWhatItRemovedAndTellsOnlyOfThat() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a"), block: block("web", release(1))))
        try await journal.finish(closing(finished("b"), block: block("web", release(2))))
        let told = try await journal.undelivered(limit: 10).count
        let events = [event(.unblocked, "web")]
        #expect(try await journal.unblock(service: "api", identity: nil, events: events) == [])
        #expect(try await journal.unblock(service: "web", identity: "sha256:other", events: events) == [])
        #expect(try await journal.undelivered(limit: 10).count == told)
        let one = try await journal.unblock(service: "web", identity: release(1).identity, events: events)
        #expect(one == [block("web", release(1))])
        #expect(try await journal.unblock(service: "web", identity: nil, events: events) == [block("web", release(2))])
        #expect(try await journal.undelivered(limit: 10).count == told + 2)
        await journal.close()
    }

    @Test func thePauseOfEverythingSurvivesARestart() async throws {
        var journal = try home.open()
        #expect(try await journal.pause() == nil)
        let mark = ServiceState.Mark(reason: "holidays", by: nil, since: start)
        try await journal.savePause(mark, events: [event(.paused, "web")])
        await journal.close()
        journal = try home.open()
        #expect(try await journal.pause() == mark)
        try await journal.savePause(nil, events: [])
        #expect(try await journal.pause() == nil)
        await journal.close()
    }

    // MARK: - History

    @Test func historyIsNewestFirstWithWhatStillWaits() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a", at: 1)))
        try await journal.finish(closing(finished("c", service: "api", at: 2)))
        try await journal.advance(started("b", at: 3), entries: [], events: [])
        try await journal.accept(record("d", service: "api", at: 4), state: nil, events: [])
        #expect(try await journal.history(service: nil, limit: 10).map(\.id.text) == ["d", "b", "c", "a"])
        #expect(try await journal.history(service: nil, limit: 2).map(\.id.text) == ["d", "b"])
        #expect(try await journal.history(service: "web", limit: 10).map(\.id.text) == ["b", "a"])
        #expect(try await journal.history(service: "web", limit: -1) == [])
        #expect(try await journal.lastDeploy(of: "api")?.id.text == "c")
        await journal.close()
    }

    @Test func aDeployIsFoundByAnUnambiguousBeginning() async throws {
        let journal = try home.open()
        for id in ["abc1", "abc2", "abd", "abd_", "x%"] { try await journal.finish(closing(finished(id))) }
        #expect(try await journal.deploy("abc1")?.id.text == "abc1")
        #expect(try await journal.deploy("abc") == nil)
        #expect(try await journal.deploy("abd")?.id.text == "abd")
        #expect(try await journal.deploy("x")?.id.text == "x%")
        #expect(try await journal.deploy("") == nil)
        #expect(try await journal.deploy("%") == nil)
        await journal.close()
    }

    @Test func historyShowsPhasesAndNothingThatAStepRecorded() async throws {
        let journal = try home.open()
        let secret: JSON = ["env": ["TOKEN=hunter2"]]
        try await journal.advance(
            started("a"),
            entries: [
                intent(.pull), result(.pull, "", ["result": "ok"], at: 2), intent(.up, at: 2),
                intent(.up, "create", secret, at: 2), result(.up, "create", secret, at: 3),
            ], events: [])
        let running = try #require(try await journal.reader.report("a"))
        #expect(running.phases.map(\.name) == [.pull])
        #expect(running.phases.map(\.milliseconds) == [2000])
        #expect(running.record.machine == .null)
        #expect(!running.json.text.contains("hunter2"))
        #expect(try await journal.reader.reports(service: "web", limit: 5) == [running])
        await journal.close()
    }

    @Test func stepDataOfAFinishedDeployIsForgottenInTheFileItself() async throws {
        let journal = try home.open { $0.backups = 0 }
        let secret = String(repeating: "hunter2-", count: 40)
        try await journal.advance(started("a"), entries: [intent(.up, "create", ["env": .string(secret)])], events: [])
        var closing = closing(finished("a"))
        closing.entries = [result(.up, "", ["result": "ok"], at: 1)]
        try await journal.finish(closing)
        #expect(
            try await journal.entries(of: DeployID("a"))
                == [intent(.up, "create"), result(.up, "", ["result": "ok"], at: 1)])
        await journal.close()
        #expect(home.directory.read("state/grapnel.db")?.contains("hunter2-hunter2") == false)
    }

    // MARK: - Retention

    @Test func onlyTheNewestFinishedDeploysOfEachServiceStay() async throws {
        let journal = try home.open { $0.historyLength = 3 }
        try await journal.advance(started("running"), entries: [intent(.up)], events: [])
        try await journal.accept(record("waiting"), state: nil, events: [])
        try await journal.finish(closing(finished("other", service: "api")))
        for number in 1...6 {
            try await journal.advance(started("d\(number)", at: number), entries: [intent(.up)], events: [])
            try await journal.finish(closing(finished("d\(number)", at: number)))
        }
        #expect(
            try await journal.history(service: nil, limit: 100).map(\.id.text)
                == ["d6", "d5", "d4", "waiting", "running", "other"])
        #expect(try await journal.waiting().map(\.id.text) == ["waiting"])
        #expect(try await journal.entries(of: DeployID("d3")) == [])
        #expect(try await journal.entries(of: DeployID("d4")) == [intent(.up)])
        await journal.close()
    }

    @Test func theDeploysBehindTheCurrentAndThePreviousReleaseStay() async throws {
        let journal = try home.open { $0.historyLength = 2 }
        var state = ServiceState(name: "web")
        state.current = release(2)
        state.previous = release(1)
        for (number, to) in [1, 1, 2].enumerated() {
            try await journal.finish(closing(finished("good\(number)", at: number, to: release(to)), state: state))
        }
        for number in 3...8 {
            let bad = finished("bad\(number)", at: number, to: release(2), .unchanged)
            try await journal.finish(closing(bad, state: state))
        }
        #expect(
            try await journal.history(service: "web", limit: 100).map(\.id.text) == ["bad8", "bad7", "good2", "good1"])
        await journal.close()
    }

    // MARK: - Events

    @Test func eventsWaitUntilTheyAreDelivered() async throws {
        var journal = try home.open()
        var failed = event(.failed, "web")
        failed.deploy = DeployID("a")
        failed.from = release(1)
        failed.to = .revision("x")
        try await journal.add([failed, event(.deployed, "api")])
        await journal.close()
        journal = try home.open()
        let waiting = try await journal.undelivered(limit: 10)
        #expect(waiting.map(\.event) == [failed, event(.deployed, "api")])
        #expect(try await journal.undelivered(limit: 1).map(\.event) == [failed])
        try await journal.markDelivered([waiting[0].number])
        #expect(try await journal.undelivered(limit: 10) == [waiting[1]])
        #expect(try await journal.reader.events(after: 0, limit: 10) == waiting)
        #expect(try await journal.reader.events(after: waiting[0].number, limit: 10) == [waiting[1]])
        await journal.close()
    }

    @Test func onlySoManyEventsAreKept() async throws {
        let journal = try home.open { $0.eventCount = 5 }
        for number in 0..<20 { try await journal.add([event(.deployed, "s\(number)")]) }
        #expect(
            try await journal.undelivered(limit: 100).map(\.event.service) == (15..<20).map { "s\($0)" })
        await journal.close()
    }
}
