@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("The coordinator")
struct CoordinatorTests {
    private let poll = Trigger(.poll)
    private let webhook = Trigger(.webhook, by: "github")

    @Test("deploys what is asked for and says so")
    func deploys() async throws {
        let bench = Bench()
        let record = try await bench.deploy()
        #expect(record.outcome == .deployed)
        #expect(record.reason == nil)
        #expect(bench.world.running == [new])
        #expect(bench.messages == ["deploy of web started", "web runs \(new.shortText)"])
        let state = try await bench.state()
        #expect(state.current == new)
        #expect(state.previous == old)
        #expect(state.hold == nil)
        #expect(try await bench.deploy().outcome == .unchanged)
        #expect(bench.messages.last == "web is unchanged: \(new.shortText) runs already")
        #expect(bench.journal.violations == [])
    }

    @Test("answers for services that it does not know, does not drive or may not touch")
    func unknown() async {
        let bench = Bench([
            .plain(), .plain("db", isEnabled: false),
            Service(name: "api", kind: .swarm(SwarmDefinition(service: "api"))),
        ])
        func problem(_ name: String) async -> String? {
            do throws(Problem) {
                _ = try await bench.coordinator.request(name, Wish(), by: poll)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(await problem("wed") == "there is no service \"wed\", expected one of api, db, web")
        #expect(await problem("db") == "services.db is disabled in the settings")
        #expect(await problem("api") == "services.api.driver: \"swarm\" is accepted, but not built yet")
    }

    // MARK: Holds

    @Test("holds a service on the release that a person chose, and only tells of others")
    func holds() async throws {
        let bench = Bench()
        let chosen = try await bench.deploy(Wish(.tag("1.1")))
        #expect(chosen.outcome == .deployed)
        #expect(bench.messages.last == "web runs \(new.shortText) and is held on it")
        let hold = try #require(try await bench.state().hold)
        #expect(hold.reason == "tag 1.1 was asked for" && hold.by == "alice")

        bench.world.offer(newer)
        for trigger in [poll, poll, webhook] {
            let answer = try await bench.coordinator.request("web", Wish(), by: trigger, offering: newer)
            #expect(answer == .declined(reason: "web is held: tag 1.1 was asked for"))
        }
        #expect(
            bench.messages.last
                == "\(newer.shortText) is available for web and was not deployed: web is held: tag 1.1 was asked for")
        #expect(bench.journal.events.count { $0.kind == .available } == 1)
        #expect(try await bench.state().available == newer.shortText)

        // After a restart too.
        let next = bench.restarted()
        try await next.start()
        #expect(
            try await next.request("web", Wish(), by: poll) == .declined(reason: "web is held: tag 1.1 was asked for"))
        #expect(try await bench.state().available == "announced by poll")

        // A plain deploy lets it follow again.
        let id = try #require(try await next.request("web", Wish(), by: Trigger(.commandLine)).id)
        #expect(bench.messages.contains("web follows its track again"))
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
        #expect(bench.world.running == [newer])
        #expect(try await bench.state().hold == nil)
        #expect(try await bench.state().available == nil)
        #expect(try await next.request("web", Wish(), by: poll).id != nil)
    }

    @Test("does not hold a service for a choice that failed, for a webhook's tag, or for healing")
    func noHold() async throws {
        let bench = Bench()
        bench.world.show(new, [Look(running: .exited(code: 1))])
        #expect(try await bench.deploy(Wish(.tag("1.1"))).outcome == .rolledBack)
        #expect(try await bench.state().hold == nil)
        #expect(try await bench.deploy(Wish(.tag("1.2")), webhook).outcome == .deployed)
        #expect(try await bench.state().hold == nil)
        #expect(try await bench.deploy(Wish(.tag("1.2"), force: true), Trigger(.heal)).outcome == .deployed)
        #expect(try await bench.state().hold == nil)
    }

    @Test("goes back to the release before, and holds it")
    func previous() async throws {
        let bench = Bench()
        #expect(try await bench.deploy(Wish(.previous)).outcome == .unchanged)
        #expect(bench.last?.reason == "there is no release before the current one")
        try await bench.deploy()
        #expect(try await bench.deploy(Wish(.previous)).outcome == .deployed)
        #expect(bench.world.running == [old])
        #expect(try await bench.state().hold?.reason == "the previous release was asked for")
        // Who asks once more does not want back what was just left.
        #expect(try await bench.state().previous == nil)
    }

    @Test("goes back to the last release that is known to have worked when nobody knows what runs")
    func previousOfUnknown() async throws {
        let bench = Bench()
        try await bench.deploy()
        bench.world.offer(newer)
        bench.world.show(newer, [Look(running: .exited(code: 1))])
        bench.world.fail(.start, of: new, Problem(.failed, "it does not start any more"), times: 1)
        #expect(try await bench.deploy().outcome == .failed)
        let state = try await bench.state()
        #expect(state.current == nil && state.currentSince != nil)
        #expect(state.previous == new)
    }

    @Test("does not stay held when a plain deploy was asked for while the chosen one ran")
    func holdRace() async throws {
        let bench = Bench()
        bench.journal.holdBack(.finish)
        let chosen = try #require(try await bench.coordinator.request("web", Wish(.tag("1.2")), by: Trigger(.api)).id)
        try await until { bench.journal.heldCount(.finish) == 1 }
        async let plain = bench.coordinator.request("web", Wish(), by: Trigger(.commandLine))
        bench.journal.letThrough(.finish)
        #expect(try await bench.coordinator.outcome(of: chosen)?.outcome == .deployed)
        let id = try #require(try await plain.id)
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
        #expect(try await bench.state().hold == nil)
        #expect(bench.world.running == [new])
    }

    // MARK: Pauses

    @Test("lets polls and webhooks wait while a service is paused, and people pass")
    func pause() async throws {
        let bench = Bench([.plain(), .plain("db")])
        try await bench.coordinator.pause("web", reason: "inventory", by: "bob")
        #expect(bench.messages.last == "web is paused: inventory")
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: webhook).id)
        #expect(await bench.coordinator.activity(of: "web").obstacle == .paused)

        // After a restart and after new settings too.
        let next = bench.restarted()
        try await next.start()
        try await next.apply(
            bench.services, limits: DeployLimits(), drivers: [.container: SimulatedDriver(bench.world)],
            hooks: bench.hooks, prober: bench.prober)
        #expect(await next.activity(of: "web") == Coordinator.Activity(waiting: id, obstacle: .paused))

        try await next.resume("web")
        #expect(bench.messages.contains("web is no longer paused"))
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
        #expect(try await bench.state().pause == nil)
    }

    @Test("pauses everything and goes on with everything")
    func pauseAll() async throws {
        let bench = Bench()
        try await bench.coordinator.pause(nil, reason: "moving house", by: nil)
        #expect(bench.messages.last == "everything is paused: moving house")
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        let next = bench.restarted()
        try await next.start()
        #expect(await next.activity(of: "web").obstacle == .paused)
        await #expect(
            throws: Problem(.conflict, "web is not paused by itself, everything is: resume without a name")
        ) { try await next.resume("web") }
        try await next.resume(nil)
        #expect(bench.messages.contains("the pause of everything has ended"))
        #expect(try await next.outcome(of: id)?.outcome == .deployed)
    }

    @Test("does not pretend to end a pause that the settings want")
    func pausedInSettings() async throws {
        let bench = Bench([.plain(isPaused: true)])
        _ = try await bench.coordinator.request("web", Wish(), by: poll)
        #expect(await bench.coordinator.activity(of: "web").obstacle == .paused)
        await #expect(
            throws: Problem(.conflict, "services.web.paused: the settings pause it, change them and reload")
        ) { try await bench.coordinator.resume("web") }
        try await bench.coordinator.apply(
            [.plain()], limits: DeployLimits(), drivers: [.container: SimulatedDriver(bench.world)],
            hooks: bench.hooks, prober: bench.prober)
        try await until { bench.last?.outcome == .deployed }
    }

    @Test("catches up when a hold ends that has kept a release from it")
    func resumeHold() async throws {
        let bench = Bench()
        try await bench.deploy(Wish(.tag("1.1")))
        bench.world.offer(newer)
        _ = try await bench.coordinator.request("web", Wish(), by: webhook)
        try await bench.coordinator.resume("web", by: "bob")
        #expect(bench.messages.contains("web follows its track again"))
        try await until { bench.world.running == [newer] && bench.last?.outcome != nil }
        #expect(bench.last?.trigger == Trigger(.resume, by: "bob"))
        #expect(try await bench.state().hold == nil)
    }

    @Test("does not lose a pause that is ordered while a deploy ends")
    func pauseRace() async throws {
        let bench = Bench()
        bench.journal.holdBack(.finish)
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: poll).id)
        try await until { bench.journal.heldCount(.finish) == 1 }
        async let pause: Void = bench.coordinator.pause("web", reason: "inventory", by: nil)
        try await Task.sleep(for: .milliseconds(5))
        bench.journal.letThrough(.finish)
        try await pause
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
        let state = try await bench.state()
        #expect(state.pause?.reason == "inventory")
        #expect(state.current == new)
        _ = try await bench.coordinator.request("web", Wish(force: true), by: poll)
        #expect(await bench.coordinator.activity(of: "web").obstacle == .paused)
    }

    // MARK: Blocks

    @Test("does not deploy a bad release again by itself, and says so once")
    func badAgain() async throws {
        let bench = Bench()
        bench.world.show(new, [Look(running: .exited(code: 1))])
        let record = try await bench.deploy(Wish(), poll)
        #expect(record.outcome == .rolledBack)
        #expect(
            bench.messages.last == "web was rolled back to \(old.shortText): health: it exited with code 1")
        for _ in 0..<3 {
            let answer = try await bench.coordinator.request("web", Wish(), by: poll, offering: new)
            #expect(answer == .declined(reason: "\(new.shortText) is blocked: health: it exited with code 1"))
        }
        #expect(
            bench.messages.last
                == "\(new.shortText) is available for web and was not deployed: "
                + "it is blocked: health: it exited with code 1")
        #expect(bench.journal.deploys.count == 1)
        #expect(bench.journal.events.count { $0.kind == .available } == 1)

        // A webhook that does not know which release it means finds out.
        #expect(try await bench.deploy(Wish(), webhook).outcome == .blocked)
        #expect(
            bench.messages.last
                == "deploy of web was refused: \(new.shortText) is blocked: health: it exited with code 1")
        // A person may insist.
        bench.world.show(new, [Look(running: .running, health: .healthy)])
        #expect(try await bench.deploy(Wish(force: true)).outcome == .deployed)
        #expect(try await bench.journal.blocks(service: "web") == [])
    }

    @Test("tries a bad release again when it is unblocked, when its block expires, and after a good one")
    func unblocking() async throws {
        let bench = Bench(limits: DeployLimits(blockFor: .seconds(3600)))
        bench.world.show(new, [Look(running: .exited(code: 1))])
        try await bench.deploy(Wish(), poll)
        #expect(try await bench.coordinator.unblock("web", identity: nil).map(\.release) == [new])
        #expect(bench.messages.last == "web was unblocked")
        #expect(try await bench.coordinator.unblock("web", identity: nil) == [])
        #expect(try await bench.deploy(Wish(), poll).outcome == .rolledBack)
        bench.clock.advance(by: .seconds(3599))
        #expect(try await bench.deploy(Wish(), poll).outcome == .blocked)
        bench.clock.advance(by: .seconds(1))
        #expect(try await bench.deploy(Wish(), poll).outcome == .rolledBack)
        bench.world.offer(newer)
        #expect(try await bench.deploy(Wish(), poll).outcome == .deployed)
        #expect(try await bench.journal.blocks(service: "web") == [])
    }

    @Test("keeps the block of a bad release when the old one is only re-created, or another one is chosen")
    func keptBlocks() async throws {
        let bench = Bench()
        bench.world.offer(old, as: "1.0")
        bench.world.show(new, [Look(running: .exited(code: 1))])
        try await bench.deploy(Wish(), poll)
        #expect(try await bench.deploy(Wish(.tag("1.0"), force: true), Trigger(.heal)).outcome == .deployed)
        #expect(try await bench.journal.blocks(service: "web").map(\.release) == [new])
        #expect(try await bench.deploy(Wish(.tag("1.2"))).outcome == .deployed)
        #expect(try await bench.journal.blocks(service: "web").map(\.release) == [new])
    }

    // MARK: Several triggers for one thing

    @Test("makes one deploy of a poll and a webhook that come together")
    func pollAndWebhook() async throws {
        let bench = Bench()
        async let first = bench.coordinator.request("web", Wish(), by: poll)
        async let second = bench.coordinator.request("web", Wish(), by: webhook)
        let ids = try await [first, second].compactMap(\.id)
        for id in ids { _ = try await bench.coordinator.outcome(of: id) }
        let outcomes = bench.journal.deploys.map(\.outcome)
        #expect(outcomes == [.deployed] || outcomes == [.deployed, .unchanged])
        #expect(bench.world.log.count { $0.hasPrefix("create") } == 1)
    }

    @Test("makes one deploy of three tags of one push")
    func threeTags() async throws {
        let bench = Bench()
        bench.world.offer(new, as: "1")
        bench.world.offer(new, as: "latest")
        bench.journal.holdBack(.advance)
        var ids: Set<DeployID> = []
        for tag in ["1.1", "1", "latest"] {
            ids.insert(try #require(try await bench.coordinator.request("web", Wish(.tag(tag)), by: webhook).id))
        }
        bench.journal.letThrough(.advance)
        for id in ids { _ = try await bench.coordinator.outcome(of: id) }
        #expect(bench.journal.deploys.compactMap(\.outcome) == [.deployed, .unchanged])
        #expect(bench.world.log.count { $0.hasPrefix("create") } == 1)
    }

    @Test("asks again what a late webhook for an older push means")
    func lateWebhook() async throws {
        let bench = Bench()
        bench.world.offer(newer)
        #expect(try await bench.deploy(Wish(), webhook).outcome == .deployed)
        // It offers the older one; the registry knows better.
        let answer = try await bench.coordinator.request("web", Wish(), by: webhook, offering: new)
        let id = try #require(answer.id)
        let late = try #require(try await bench.coordinator.outcome(of: id))
        #expect(late.outcome == .unchanged)
        #expect(bench.world.running == [newer])
    }

    @Test("starts what waits as soon as there is room")
    func room() async throws {
        let bench = Bench([.plain("a"), .plain("b"), .plain("c")], running: nil, limits: DeployLimits(concurrency: 1))
        bench.journal.holdBack(.advance)
        var ids: [DeployID] = []
        for name in ["a", "b", "c"] {
            ids.append(try #require(try await bench.coordinator.request(name, Wish(), by: poll).id))
        }
        #expect(await bench.coordinator.runningCount == 1)
        #expect(await bench.coordinator.activity(of: "c").obstacle == .limit(1))
        bench.journal.letThrough(.advance)
        for id in ids { #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed) }
    }
}
