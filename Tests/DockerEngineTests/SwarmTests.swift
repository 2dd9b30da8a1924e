import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// Deploys of Swarm services on real engines.
@Suite("Moving Swarm services")
struct SwarmTests {
    private static let settings = [
        "--replicas", "2", "--env", "A=b", "--label", "own=1", "--container-label", "inner=2", "--limit-memory", "64m",
        "--stop-grace-period", "1s", "--health-cmd", "true", "--health-interval", "300ms", "--hostname",
        "h-{{.Task.Slot}}",
        "--update-order", "start-first", "--rollback-monitor", "1s", "--constraint", "node.role==manager",
    ]

    @Test("All tasks run the new release, and nothing else of the service is another", arguments: TestEngine.versions)
    func deploys(version: String) async throws {
        let machine = try await SwarmScene.machine(version)
        let scene = try await SwarmScene(on: machine, Self.settings)
        let before = try await scene.spec
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "") \(scene.trial.lines.all)")
        let after = try await scene.spec
        #expect(after["TaskTemplate"]?["ContainerSpec"]?["Image"]?.string == "\(scene.repository):1.0@\(digest)")
        #expect(after.withoutImage == before.withoutImage)
        #expect(try await scene.running() == [digest, digest])
        #expect(try await scene.trial.deploy().outcome == .unchanged)
        try await machine.remove()
    }

    @Test(
        "A release that fails is undone, whatever the service's own settings make of it: trap 27",
        arguments: TestEngine.versions, ["pause", "rollback", "continue"])
    func undoes(version: String, action: String) async throws {
        let machine = try await SwarmScene.machine(version)
        let scene = try await SwarmScene(on: machine, ["--replicas", "2", "--update-failure-action", action])
        let (before, digests) = (try await scene.spec, try await scene.running())
        try await scene.offer(.exiting(3))
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "") \(scene.trial.lines.all)")
        #expect(record.reason?.contains("non-zero exit (3)") == true, "\(record.reason ?? "")")
        #expect(try await scene.spec == before)
        #expect(try await scene.running() == digests)
        #expect(try await scene.journal.blocks(service: nil).count == 1)
        try await machine.remove()
    }

    @Test("One on each node", arguments: TestEngine.versions)
    func global(version: String) async throws {
        let machine = try await SwarmScene.machine(version)
        let scene = try await SwarmScene(on: machine, ["--mode", "global"])
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await scene.running() == [digest])
        try await scene.offer(.exiting(3))
        #expect(try await scene.trial.deploy().outcome == .rolledBack)
        #expect(try await scene.running() == [digest])
        try await machine.remove()
    }

    @Test("What is scaled to none stays so, and what is not there is said so")
    func none() async throws {
        let machine = try await SwarmScene.machine("26.1")
        let scene = try await SwarmScene(on: machine, ["--replicas", "0"])
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await scene.spec["TaskTemplate"]?["ContainerSpec"]?["Image"]?.string?.hasSuffix(digest) == true)
        #expect(try await scene.running() == [])
        try await scene.remove()
        let gone = try await scene.trial.deploy()
        #expect(gone.outcome == .failed && gone.reason?.contains("the Swarm has no service") == true)
        try await machine.remove()
    }

    @Test("A deploy that is cut off at any write leaves one release", arguments: [true, false])
    func cutOff(isGood: Bool) async throws {
        let machine = try await SwarmScene.machine("26.1")
        @Sendable func scene() async throws -> SwarmScene {
            let scene = try await SwarmScene(on: machine, ["--replicas", "1"])
            try await scene.offer(isGood ? .idle.with { $0.labels["release"] = "2" } : .exiting(1))
            return scene
        }
        @Sendable func check(_ scene: SwarmScene, _ before: JSON, _ instant: Int) async throws {
            let record = try #require(scene.journal.deploys.first)
            #expect(record.outcome == (isGood ? .deployed : .rolledBack), "instant \(instant): \(record.reason ?? "")")
            let runs = isGood ? record.to : record.from
            #expect(try await scene.running() == [runs?.identity], "instant \(instant)")
            if !isGood { #expect(try await scene.spec == before, "instant \(instant)") }
            #expect(scene.journal.violations == [])
            try await scene.remove()
        }
        let whole = PowerSupply()
        let model = try await scene()
        let before = try await model.spec
        #expect(await model.trial.live(whole))
        try await check(model, before, 0)
        let instants = (1...whole.count).filter { isLong || $0 % 9 == 1 }
        try await concurrently(instants, most: 3) { instant in
            let scene = try await scene()
            let before = try await scene.spec
            #expect(await scene.trial.live(PowerSupply(failingAt: instant)))
            #expect(await scene.trial.live())
            try await check(scene, before, instant)
        }
        try await machine.remove()
    }
}
