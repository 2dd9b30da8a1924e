@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("The coordinator, at its stop and its start")
struct CoordinatorStopTests {
    private let poll = Trigger(.poll)

    @Test("lets a deploy end that ends in time")
    func inTime() async throws {
        let bench = Bench()
        bench.journal.holdBack(.finish)
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.journal.heldCount(.finish) == 1 }
        async let stop: Void = bench.coordinator.stop(grace: .seconds(60))
        async let outcome = bench.coordinator.outcome(of: id)
        try await Task.sleep(for: .milliseconds(5))
        bench.journal.letThrough(.finish)
        await stop
        _ = try await outcome
        #expect(bench.last?.outcome == .deployed)
        await #expect(throws: Problem(.interrupted, "the agent is being stopped")) {
            try await bench.coordinator.request("web", Wish(), by: poll)
        }
    }

    @Test("cuts off a deploy that takes too long, and finishes it at the next start")
    func cutOff() async throws {
        let bench = Bench(hooks: [
            RecordingHooks.Script(.verify, "scan", isIdempotent: true, [.hangs, .gives(.proceed)])
        ])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.hooks.runs.count == 1 }
        async let outcome = bench.coordinator.outcome(of: id)
        async let stop: Void = bench.coordinator.stop(grace: .seconds(60))
        try await until { bench.clock.nextDue != nil }
        bench.clock.advance(by: .seconds(60))
        await stop
        #expect(try await outcome == nil)
        #expect(bench.last?.outcome == nil)
        #expect(bench.hooks.openSessions == 0)

        let next = bench.restarted()
        try await next.start()
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
        #expect(bench.orphans.ended == [id])
        #expect(bench.messages.contains("deploy of web was cut off in verify and is taken up again"))
        #expect(bench.last?.interruptions == 1)
    }

    @Test("undoes a deploy whose hook was cut off and may not run twice")
    func hookCutOff() async throws {
        let bench = Bench(hooks: [RecordingHooks.Script(.postUp, "40-migrate", [.hangs])])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.hooks.runs.count == 1 }
        async let stop: Void = bench.coordinator.stop(grace: .seconds(1))
        try await until { bench.clock.nextDue != nil }
        bench.clock.advance(by: .seconds(1))
        await stop
        let next = bench.restarted()
        try await next.start()
        let record = try #require(try await next.outcome(of: id))
        #expect(record.outcome == .rolledBack)
        #expect(record.reason == "40-migrate was running when the agent was killed, its result is unknown")
        #expect(bench.world.running == [old])
        #expect(bench.hooks.runs.count == 1)
        #expect(try await bench.journal.blocks(service: nil) == [])
    }

    @Test("ends what the killed agent left running before it does anything else, however often that fails")
    func orphans() async throws {
        let bench = Bench(
            hooks: [RecordingHooks.Script(.verify, "scan", isIdempotent: true, [.hangs, .gives(.proceed)])],
            orphans: RecordingOrphans(failures: [Problem(.forbidden, "process 17 could not be ended")]))
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.hooks.runs.count == 1 }
        async let stop: Void = bench.coordinator.stop(grace: .zero)
        await stop
        let next = bench.restarted()
        try await next.start()
        try await until { bench.clock.nextDue != nil }
        #expect(bench.messages.last == "web waits: process 17 could not be ended")
        #expect(bench.hooks.runs.count == 1)
        bench.clock.advance(by: .seconds(1))
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
        #expect(bench.orphans.ended == [id, id])
    }

    @Test("keeps an unfinished deploy of a service that is gone until it is back")
    func stranded() async throws {
        let bench = Bench(hooks: [
            RecordingHooks.Script(.verify, "scan", isIdempotent: true, [.hangs, .gives(.proceed)])
        ])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.hooks.runs.count == 1 }
        await bench.coordinator.stop(grace: .zero)
        let next = bench.restarted([.plain("db")])
        try await next.start()
        #expect(
            bench.messages.last
                == "deploy \(id) was cut off and web is no longer in the settings as a container service: "
                + "put it back and reload, so that the deploy can be finished or undone")
        #expect(bench.last?.outcome == nil)
        try await next.apply(
            [.plain()], limits: DeployLimits(), drivers: [.container: SimulatedDriver(bench.world)],
            hooks: bench.hooks, prober: bench.prober)
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
    }

    @Test("says that a deploy failed whose state in the journal makes no sense")
    func corrupt() async throws {
        let bench = Bench()
        var record = DeployRecord(
            id: DeployID("x"), service: "web", driver: .container, trigger: poll, wish: Wish(),
            accepted: bench.clock.now())
        record.started = bench.clock.now()
        record.phase = .up
        record.machine = ["phase": "lunch"]
        try await bench.journal.advance(record, entries: [], events: [])
        try await bench.coordinator.start()
        let ended = try #require(try await bench.coordinator.outcome(of: record.id))
        #expect(ended.outcome == .failed)
        #expect(
            ended.reason == #"journal: a deploy's state cannot be read: {"phase":"lunch"}; nothing was undone"#)
        #expect(try await bench.deploy().outcome == .deployed)
    }

    // MARK: The journal

    @Test("does not start a deploy while a newer wish for it is being written")
    func acceptRace() async throws {
        let bench = Bench()
        bench.journal.holdBack(.accept)
        async let first = bench.coordinator.request("web", Wish(.tag("1.1")), by: Trigger(.webhook))
        try await until { bench.journal.heldCount(.accept) == 1 }
        async let second = bench.coordinator.request("web", Wish(.tag("1.2")), by: Trigger(.webhook))
        try await Task.sleep(for: .milliseconds(5))
        // The second waits for its turn, so that the two cannot be written in the wrong order.
        #expect(bench.journal.heldCount(.accept) == 1)
        #expect(await bench.coordinator.runningCount == 0)
        bench.journal.letThrough(.accept)
        for answer in try await [first, second] { _ = try await bench.coordinator.outcome(of: #require(answer.id)) }
        #expect(bench.world.running == [newer])
        #expect(bench.journal.violations == [])
    }

    @Test("keeps the first wish when the second cannot be written")
    func acceptFails() async throws {
        let bench = Bench([.plain(isPaused: true)])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        bench.journal.fail(1)
        await #expect(throws: Problem(.limit, "database or disk is full")) {
            try await bench.coordinator.request("web", Wish(.tag("1.2")), by: Trigger(.api))
        }
        #expect(await bench.coordinator.activity(of: "web") == Coordinator.Activity(waiting: id, obstacle: .paused))
        #expect(bench.rows.map(\.wish) == [Wish()])
        bench.journal.fail(1)
        await #expect(throws: Problem.self) { try await bench.coordinator.pause("web", reason: "", by: nil) }
    }

    @Test("stops where it is while the journal cannot be written, and then goes on")
    func fullDisk() async throws {
        let bench = Bench()
        bench.journal.holdBack(.append)
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.journal.heldCount(.append) == 1 }
        bench.journal.fail(3)
        let log = bench.world.log
        bench.journal.letThrough(.append)
        for _ in 0..<3 {
            try await until { bench.clock.nextDue != nil }
            #expect(bench.world.log == log)
            bench.clock.advance(by: .seconds(5))
        }
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
        #expect(
            bench.progress.lines.contains("waiting: the journal cannot be written: database or disk is full"))
    }

    // MARK: Waiting for an outcome

    @Test("tells everyone who waits, whether they ask before, at or after the end")
    func outcomes() async throws {
        for _ in 0..<50 {
            let bench = Bench()
            let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
            let coordinator = bench.coordinator
            let outcomes = try await withThrowingTaskGroup(of: Outcome?.self) { group in
                for index in 0..<10 {
                    group.addTask {
                        for _ in 0..<(index * 20) { await Task.yield() }
                        return try await coordinator.outcome(of: id)?.outcome
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == Array(repeating: .deployed, count: 10))
        }
    }

    @Test("knows a deploy by the beginning of its id, and says when there is none")
    func ids() async throws {
        let bench = Bench()
        let record = try await bench.deploy()
        #expect(try await bench.coordinator.outcome(of: DeployID(String(record.id.text.dropLast())))?.id == record.id)
        await #expect(throws: Problem(.notFound, "there is no deploy \"zz\", or more than one begins like that")) {
            try await bench.coordinator.outcome(of: DeployID("zz"))
        }
    }

    @Test("lets go of whoever no longer wants to wait")
    func impatience() async throws {
        let bench = Bench([.plain(isPaused: true)])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        let coordinator = bench.coordinator
        let waiting = Task { try await coordinator.outcome(of: id) }
        try await Task.sleep(for: .milliseconds(5))
        waiting.cancel()
        #expect(try await waiting.value == nil)
        // The agent's stop does too.
        let other = Task { try await coordinator.outcome(of: id) }
        try await Task.sleep(for: .milliseconds(5))
        await coordinator.stop(grace: .seconds(1))
        #expect(try await other.value == nil)
    }
}
