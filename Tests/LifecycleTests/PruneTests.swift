@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("A prune")
struct PruneTests {
    private func needed(_ order: PruneOrder?) -> [String] {
        (order?.needs ?? []).map { "\($0.release.shortText): \($0.reason)" }.sorted()
    }

    @Test("keeps what each service runs and can be rolled back to, and all of one of which too little is known")
    func needs() async throws {
        let bench = Bench([.plain(), .plain("db"), .plain("off", isEnabled: false)])
        var gone = ServiceState(name: "gone")
        gone.current = newer
        try await bench.journal.save(gone, events: [])
        try await bench.deploy()
        let keeper = RecordingKeeper()
        _ = try await bench.coordinator.prune(["web"], dryRun: true, by: keeper)
        let order = keeper.asked.first
        #expect(order?.named == ["web"] && order?.isDryRun == true)
        #expect(order?.known == ["web", "db", "off", "gone"])
        #expect(
            needed(order) == [
                "\(old.shortText): what web can be rolled back to", "\(new.shortText): what web runs",
            ])
        #expect(
            order?.untouched == ["db": "it is not known what db runs", "off": "it is not known what off runs"])
    }

    @Test("knows every release that a service was moved from or to, also of one that is gone, and of no script")
    func past() async throws {
        let bench = Bench([.plain(), .plain("api")])
        try await bench.deploy()
        try await bench.deploy(Wish(.tag("1.2")))
        // The same image is another's too.
        try await bench.deploy(of: "api")
        var record = DeployRecord(
            id: DeployID("0abcde1234"), service: "site", driver: .script, trigger: Trigger(.poll), wish: Wish(),
            accepted: Timestamp(microseconds: 0))
        record.to = .revision("4f1c2d")
        record.outcome = .deployed
        try await bench.journal.accept(record, state: nil, events: [])
        let keeper = RecordingKeeper()
        _ = try await bench.coordinator.prune(nil, dryRun: true, by: keeper)
        #expect(
            keeper.asked.first?.past == [
                old.identity: ["web"], new.identity: ["web", "api"], newer.identity: ["web"],
            ])
        // With the settings it is not forgotten.
        let later = bench.restarted([.plain("api")])
        try await later.start()
        _ = try await later.prune(nil, dryRun: true, by: keeper)
        #expect(keeper.asked.last?.past[old.identity] == ["web"])
        await later.stop(grace: .zero)
    }

    @Test("keeps all that a deploy needs that runs")
    func running() async throws {
        let bench = Bench(hooks: [RecordingHooks.Script(.preUp, "10-wait", [.hangs])])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.commandLine)).id)
        try await until { bench.hooks.names == ["10-wait"] }
        let keeper = RecordingKeeper()
        _ = try await bench.coordinator.prune(nil, dryRun: false, by: keeper)
        let reason = "deploy \(id) of web is under way"
        #expect(keeper.asked.first?.untouched == ["web": reason])
        #expect(needed(keeper.asked.first) == ["\(old.shortText): \(reason)", "\(new.shortText): \(reason)"])
        await bench.coordinator.stop(grace: .zero)
        await #expect(throws: Problem(.interrupted, "the agent is being stopped")) {
            _ = try await bench.coordinator.prune(nil, dryRun: false, by: keeper)
        }
    }

    @Test("removes nothing while a deploy does not know yet what it will run")
    func young() async throws {
        let bench = Bench(hooks: [RecordingHooks.Script(.selectTag, "10-wait", [.hangs])], tags: ["1.1"])
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.commandLine)).id)
        try await until { bench.hooks.names == ["10-wait"] }
        let keeper = RecordingKeeper()
        await #expect(
            throws: Problem(
                .conflict, "deploy \(id) of web has only begun: nothing was removed, try again later")
        ) { _ = try await bench.coordinator.prune(nil, dryRun: false, by: keeper) }
        #expect(keeper.asked.isEmpty)
        // To look is harmless.
        _ = try await bench.coordinator.prune(nil, dryRun: true, by: keeper)
        #expect(keeper.asked.count == 1)
        await bench.coordinator.stop(grace: .zero)
    }

    @Test("lets no deploy begin meanwhile, which begins as soon as it has ended; and there is one at a time")
    func meanwhile() async throws {
        let bench = Bench()
        let coordinator = bench.coordinator
        let obstacles = Recorded<DeployQueue.Obstacle?>()
        let second = Recorded<Problem>()
        let keeper = RecordingKeeper {
            do {
                _ = try await coordinator.request("web", Wish(), by: Trigger(.commandLine))
                // A reload must not let it begin.
                try await coordinator.apply(
                    [.plain()], limits: DeployLimits(), drivers: [.container: SimulatedDriver(bench.world)],
                    hooks: bench.hooks, prober: bench.prober)
                for _ in 0..<100 { await Task.yield() }
                obstacles.append(await coordinator.activity(of: "web").obstacle)
                _ = try await coordinator.prune(nil, dryRun: false, by: RecordingKeeper())
            } catch {
                if let problem = error as? Problem { second.append(problem) }
            }
        }
        _ = try await coordinator.prune(nil, dryRun: false, by: keeper)
        #expect(obstacles.all == [.prune])
        #expect(obstacles.all.first??.text == "waits for grapnel prune to end")
        #expect(second.all == [Problem(.conflict, "somebody else is pruning already")])
        #expect(keeper.asked.first?.untouched == ["web": "it is not known what web runs"])
        let id = try #require(bench.last?.id)
        #expect(try await coordinator.outcome(of: id)?.outcome == .deployed)
    }
}
