@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("A deploy")
struct DeployRunnerTests {
    @Test("tells its hooks what it knows, in the order of the lifecycle")
    func hooks() async throws {
        let points: [HookPoint] = [.selectTag, .prePull, .verify, .preUp, .postUp, .health]
        let bench = Bench(hooks: points.map { RecordingHooks.Script($0, $0.rawValue, .proceed) }, tags: ["1.0", "1.1"])
        try await bench.deploy(Wish(), Trigger(.poll))
        let runs = bench.hooks.runs
        #expect(runs.map(\.event.point) == points)
        #expect(runs[0].event.tags == ["1.0", "1.1"])
        #expect(runs[0].event.deploy.to == nil)
        #expect(runs[1].event.deploy.from == old && runs[1].event.deploy.to == new)
        #expect(runs.allSatisfy { $0.event.deploy.failure == nil })
        #expect(bench.hooks.openSessions == 0)
    }

    @Test("tells the hooks of a rollback why it goes back")
    func rollbackHooks() async throws {
        let bench = Bench(hooks: [
            RecordingHooks.Script(.postUp, "40-migrate", [.fails(Problem(.timeout, "no end after 5m"))]),
            RecordingHooks.Script(.rollback, "50-first", [.fails(Problem(.failed, "exit code 1"))]),
            RecordingHooks.Script(.rollback, "51-second", .proceed),
        ])
        let record = try await bench.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(record.reason == "40-migrate: no end after 5m")
        #expect(bench.hooks.names == ["40-migrate", "50-first", "51-second"])
        #expect(bench.hooks.runs.last?.event.deploy.failure == "40-migrate: no end after 5m")
        #expect(bench.progress.lines.contains("hook 50-first failed: exit code 1"))
    }

    @Test("takes an answer that is not possible there for a failed hook")
    func impossibleAnswers() async throws {
        var bench = Bench(hooks: [RecordingHooks.Script(.postUp, "web.lua", .abort(reason: "no"))])
        #expect(try await bench.deploy().outcome == .rolledBack)
        #expect(bench.last?.reason == "web.lua: answered \"abort\", which is not possible at post-up")
        bench = Bench(hooks: [RecordingHooks.Script(.verify, "web.lua", .postpone(.seconds(60), reason: "later"))])
        #expect(try await bench.deploy().outcome == .aborted)
        #expect(bench.last?.reason == "web.lua: answered \"defer\", which is not possible at verify")
        bench = Bench(hooks: [
            RecordingHooks.Script(.health, "web.lua", [.gives(.abort(reason: "no")), .gives(.proceed)])
        ])
        #expect(try await bench.deploy().outcome == .rolledBack)
        #expect(bench.last?.reason == "health: web.lua: answered \"abort\", which is not possible at health")
    }

    @Test("takes the tag that a hook chooses, and none that is not there")
    func selection() async throws {
        func record(_ answer: RecordingHooks.Answer) async throws -> DeployRecord {
            let bench = Bench(hooks: [RecordingHooks.Script(.selectTag, "web.lua", [answer])], tags: ["1.1", "1.2"])
            return try await bench.deploy()
        }
        #expect(try await record(.gives(.tag("1.2"))).to == newer)
        #expect(try await record(.gives(.proceed)).to == new)
        let unknown = try await record(.gives(.tag("9")))
        #expect(unknown.outcome == .failed)
        #expect(unknown.reason == "select: a hook chose the tag \"9\", which is not among the 2 known")
        let failed = try await record(.fails(Problem(.failed, "line 4: nil")))
        #expect(failed.outcome == .failed)
        #expect(failed.reason == "select: web.lua: line 4: nil")
    }

    @Test("waits for an engine that is silent once the service has been touched, however long, and says so once")
    func silence() async throws {
        let bench = Bench()
        bench.world.fail(.start, Problem(.unreachable, "engine: connection refused"), times: 5)
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.poll)).id)
        for _ in 0..<5 {
            try await until { bench.clock.nextDue != nil }
            bench.clock.advance(by: .seconds(30))
        }
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
        #expect(bench.messages.filter { $0.contains("engine") } == ["web waits: engine: connection refused"])
    }

    @Test("does not count the engine's silence, or its slowness, against a release")
    func silentGate() async throws {
        let bench = Bench([service()])
        bench.world.fail(.look, Problem(.unreachable, "engine: connection refused"), times: 6)
        let id = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.poll)).id)
        while bench.last?.outcome == nil {
            try await until { bench.clock.nextDue != nil || bench.last?.outcome != nil }
            if let due = bench.clock.nextDue { bench.clock.advance(to: due) }
        }
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
    }

    @Test("waits for an engine that answers with errors and for probes that cannot be made, until the grace ends")
    func errors() async throws {
        func outcome(_ bench: Bench) async throws -> DeployRecord? {
            let id = try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(.poll)).id)
            while bench.last?.outcome == nil {
                try await until { bench.clock.nextDue != nil || bench.last?.outcome != nil }
                if let due = bench.clock.nextDue { bench.clock.advance(to: due) }
            }
            return try await bench.coordinator.outcome(of: id)
        }
        var bench = Bench([service()])
        bench.world.fail(.look, of: new, Problem(.failed, "engine: 500 Internal Server Error"), times: 3)
        #expect(try await outcome(bench)?.outcome == .deployed)

        bench = Bench([service()])
        bench.world.fail(.look, of: new, Problem(.failed, "engine: 500 Internal Server Error"))
        #expect(
            try await outcome(bench)?.reason == "health: not healthy within 10s: engine: 500 Internal Server Error")
        #expect(bench.world.running == [old])

        let noDescriptors = Problem(.limit, "tcp: too many open files")
        bench = Bench([service()], prober: ScriptedProber([.failure(noDescriptors), .success(.healthy)]))
        #expect(try await outcome(bench)?.outcome == .deployed)
        #expect(bench.progress.lines.contains("tcp: too many open files"))
    }

    @Test("reports nothing as deployed that does not run the wanted release")
    func wrongRelease() async throws {
        let bench = Bench()
        bench.world.show(new, [Look(running: .wrong(reason: "it runs shop/web:0.9 instead of shop/web:1.1"))])
        let record = try await bench.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(record.reason == "health: it runs shop/web:0.9 instead of shop/web:1.1")
    }

    // MARK: After a kill

    /// As the journal has it when the agent was killed in a phase.
    private func cutOff(
        _ bench: Bench, in phase: Phase, _ entries: [JournalEntry], failure: String? = nil
    ) async throws -> DeployRecord {
        var record = DeployRecord(
            id: DeployID("x"), service: "web", driver: .container, trigger: Trigger(.poll), wish: Wish(),
            accepted: bench.clock.now())
        record.started = bench.clock.now()
        record.phase = phase
        record.from = old
        record.to = new
        record.machine = [
            "phase": .string(phase.rawValue), "force": false, "from": old.json, "to": new.json,
            "failure": failure.map { ["reason": .string($0), "cause": "release"] } ?? .null,
        ]
        try await bench.journal.advance(record, entries: entries, events: [])
        try await bench.coordinator.start()
        return try #require(try await bench.coordinator.outcome(of: record.id))
    }

    private func hook(_ name: String, _ kind: JournalEntry.Kind, _ phase: Phase, _ data: JSON) -> JournalEntry {
        JournalEntry(phase: phase, step: "hook:\(name)", kind: kind, data: data, at: Timestamp(microseconds: 0))
    }

    @Test("does not run a hook again that had failed before the kill, and remembers why")
    func failedHook() async throws {
        let bench = Bench(hooks: [RecordingHooks.Script(.preUp, "backup", .proceed)])
        let record = try await cutOff(
            bench, in: .preUp,
            [
                hook("backup", .intent, .preUp, ["idempotent": false, "point": "pre-up"]),
                hook("backup", .result, .preUp, ["failed": "exit code 3", "point": "pre-up"]),
            ])
        #expect(record.outcome == .aborted)
        #expect(record.reason == "backup: exit code 3")
        #expect(bench.hooks.runs == [])
    }

    @Test("runs the hooks of a rollback that come after the one that was cut off")
    func cutOffRollbackHook() async throws {
        let bench = Bench(hooks: [
            RecordingHooks.Script(.rollback, "50-unmigrate", .proceed),
            RecordingHooks.Script(.rollback, "51-page", .proceed),
        ])
        let record = try await cutOff(
            bench, in: .rollbackHooks,
            [hook("50-unmigrate", .intent, .rollbackHooks, ["idempotent": false, "point": "rollback"])],
            failure: "health: it is gone")
        #expect(record.outcome == .rolledBack)
        #expect(bench.hooks.names == ["51-page"])
        #expect(
            bench.progress.lines.contains(
                "hook 50-unmigrate was running when the agent was killed, its result is unknown"))
    }

    @Test("counts a kill before it does anything else")
    func counted() async throws {
        let bench = Bench(orphans: RecordingOrphans(failures: [Problem(.failed, "no access")]))
        var record = DeployRecord(
            id: DeployID("x"), service: "web", driver: .container, trigger: Trigger(.poll), wish: Wish(),
            accepted: bench.clock.now())
        record.started = bench.clock.now()
        record.phase = .up
        record.machine = ["phase": "up", "force": false, "from": old.json, "to": new.json]
        try await bench.journal.advance(record, entries: [], events: [])
        try await bench.coordinator.start()
        try await until { bench.clock.nextDue != nil }
        #expect(bench.last?.interruptions == 1)
        #expect(bench.world.log == [])
        bench.clock.advance(by: .seconds(1))
        #expect(try await bench.coordinator.outcome(of: record.id)?.outcome == .deployed)
    }
}
