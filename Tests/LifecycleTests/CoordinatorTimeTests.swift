@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("The coordinator, over time")
struct CoordinatorTimeTests {
    private let poll = Trigger(.poll)

    private static let postponing = RecordingHooks.Script(
        .preUp, "window", [.gives(.postpone(.seconds(600), reason: "not at night")), .gives(.proceed)])

    @Test("takes a deferred deploy up again at its time", arguments: [false, true])
    func deferred(isRestarted: Bool) async throws {
        let bench = Bench(hooks: [Self.postponing])
        let first = try await bench.deploy(Wish(), poll)
        #expect(first.outcome == .deferred)
        #expect(first.reason == "window: not at night")
        #expect(bench.messages.last == "deploy of web was deferred for 10m: window: not at night")
        let next = try #require(bench.rows.first)
        #expect(next.follows == first.id)
        #expect(next.notBefore == bench.clock.now() + .seconds(600))

        let coordinator = isRestarted ? bench.restarted() : bench.coordinator
        if isRestarted {
            await bench.coordinator.stop(grace: .zero)
            try await coordinator.start()
        }
        try await until { bench.clock.nextDue != nil }
        bench.clock.advance(by: .seconds(599))
        // A poll that comes by does not hurry it.
        _ = try await coordinator.request("web", Wish(), by: poll)
        #expect(await coordinator.activity(of: "web").obstacle == .notBefore(try #require(next.notBefore)))
        bench.clock.advance(by: .seconds(1))
        #expect(try await coordinator.outcome(of: next.id)?.outcome == .deployed)
        #expect(bench.journal.deploys.count == 2)
        #expect(bench.rows == [])
    }

    @Test("tries again after what was nobody's fault, later each time")
    func retries() async throws {
        let bench = Bench()
        bench.world.fail(.pull, Problem(.unreachable, "registry: no answer within 10s"), times: 4)
        var record = try await bench.deploy(Wish(), poll)
        #expect(record.outcome == .failed)
        #expect(
            bench.messages.last
                == "deploy of web failed: pull: registry: no answer within 10s; next try in 30s")
        for (attempt, delay) in [(2, 30), (3, 60), (4, 120), (5, 240)] {
            let next = try #require(bench.rows.first)
            #expect(next.attempt == attempt)
            #expect(next.notBefore == bench.clock.now() + .seconds(delay))
            try await until { bench.clock.nextDue == next.notBefore }
            bench.clock.advance(by: .seconds(delay))
            record = try #require(try await bench.coordinator.outcome(of: next.id))
        }
        #expect(record.outcome == .deployed)
        #expect(bench.rows == [])
        #expect(try await bench.journal.blocks(service: nil) == [])
    }

    @Test("never waits longer than an hour for the next try")
    func longestDelay() {
        #expect(
            (1...9).map { RetryDelay.betweenDeploys(attempt: $0) }
                == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600].map { .seconds($0) })
        #expect(RetryDelay.betweenDeploys(attempt: 1_000) == .seconds(3600))
        #expect(RetryDelay.betweenTries(0) == .milliseconds(500))
        #expect(RetryDelay.betweenTries(1_000) == .seconds(30))
    }

    @Test("leaves it to the person at the command line to try again")
    func commandLine() async throws {
        let bench = Bench()
        bench.world.fail(.pull, Problem(.unreachable, "registry: no answer within 10s"))
        #expect(try await bench.deploy().outcome == .failed)
        #expect(bench.messages.last == "deploy of web failed: pull: registry: no answer within 10s")
        #expect(bench.rows == [])
    }

    @Test("does not try a name again that is wrong, nor a chosen release for ever")
    func chosen() async throws {
        let bench = Bench()
        bench.world.fail(.resolve, Problem(.notFound, "shop/web has no tag \"9\""), times: 1)
        #expect(try await bench.deploy(Wish(.tag("9")), Trigger(.api)).outcome == .failed)
        #expect(bench.rows == [])
        bench.world.fail(.pull, Problem(.unreachable, "registry: no answer within 10s"))
        try await bench.deploy(Wish(.tag("1.1")), Trigger(.api))
        var attempts = 1
        while let next = bench.rows.first {
            try await until { bench.clock.nextDue == next.notBefore }
            bench.clock.advance(to: try #require(next.notBefore))
            _ = try await bench.coordinator.outcome(of: next.id)
            attempts += 1
        }
        #expect(attempts == 8)
    }

    @Test("asks a hook that puts off by nothing no more than once a second")
    func noDelay() async throws {
        let bench = Bench(hooks: [RecordingHooks.Script(.prePull, "wait", .postpone(.zero, reason: "soon"))])
        #expect(try await bench.deploy().outcome == .deferred)
        #expect(bench.messages.last == "deploy of web was deferred for 1s: wait: soon")
        #expect(bench.hooks.runs.count == 1)
    }

    @Test("keeps one row of what waits when a request arrives while a deferred deploy ends")
    func followUpRace() async throws {
        for trigger in [Trigger(.webhook), Trigger(.commandLine)] {
            let bench = Bench(hooks: [Self.postponing])
            bench.journal.holdBack(.finish)
            let first = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
            try await until { bench.journal.heldCount(.finish) == 1 }
            async let second = bench.coordinator.request("web", Wish(), by: trigger)
            try await Task.sleep(for: .milliseconds(5))
            bench.journal.letThrough(.finish)
            _ = try await bench.coordinator.outcome(of: first)
            let id = try #require(try await second.id)
            if trigger.kind == .commandLine {
                // It takes the place of the one that was put off, and does not wait.
                #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
                #expect(bench.rows == [])
            } else {
                #expect(bench.rows.map(\.id) == [id])
                #expect(bench.rows.first?.notBefore == bench.clock.now() + .seconds(600))
            }
            #expect(bench.journal.violations == [])
        }
    }

    @Test("keeps one row of what waits when a request came before a deferred deploy ends")
    func followUpMerge() async throws {
        let bench = Bench(hooks: [Self.postponing])
        bench.journal.holdBack(.append)
        let first = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.journal.heldCount(.append) == 1 }
        let second = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.webhook)).id)
        bench.journal.letThrough(.append)
        #expect(try await bench.coordinator.outcome(of: first)?.outcome == .deferred)
        #expect(bench.rows.map(\.id) == [second])
        #expect(bench.rows.first?.notBefore == bench.clock.now() + .seconds(600))
        #expect(bench.rows.first?.follows == first)
    }

    @Test("puts off no service that a person has asked for meanwhile")
    func moot() async throws {
        let bench = Bench(hooks: [Self.postponing])
        bench.journal.holdBack(.append)
        let first = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.journal.heldCount(.append) == 1 }
        let second = try #require(try await bench.coordinator.request("web", Wish(.tag("1.2")), by: Trigger(.api)).id)
        bench.journal.letThrough(.append)
        _ = try await bench.coordinator.outcome(of: first)
        #expect(try await bench.coordinator.outcome(of: second)?.outcome == .deployed)
        #expect(bench.world.running == [newer])
        #expect(bench.rows == [])
        #expect(bench.messages.contains("deploy of web was deferred: window: not at night"))
    }

    @Test("gives up what waits for a service that is gone or disabled by the time it would start")
    func gone() async throws {
        for (services, reason) in [
            ([], "services.web is no longer in the settings"),
            ([Service.plain(isEnabled: false)], "services.web is disabled in the settings"),
        ] {
            let bench = Bench(hooks: [Self.postponing])
            try await bench.deploy(Wish(), poll)
            await bench.coordinator.stop(grace: .zero)
            let next = bench.restarted(services)
            try await next.start()
            try await until { bench.clock.nextDue != nil }
            bench.clock.advance(by: .seconds(600))
            try await until { bench.rows.isEmpty }
            #expect(bench.last?.outcome == .failed)
            #expect(bench.messages.last == "deploy of web failed: \(reason)")
            #expect(try await bench.state().current == old)
        }
    }
}
