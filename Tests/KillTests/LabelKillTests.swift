import Glibc
import Model
import TestKit
import Testing

/// `kill -9` of the real agent while it moves a container that nothing but its labels describes.
@Suite(.serialized)
struct LabelKillTests {
    @Test(arguments: TestEngine.versions, [true, false])
    func `a deploy that is cut off at any write is taken up by who finds the container's labels, or remembers them`(
        version: String, isGood: Bool
    ) async throws {
        let machine = try await TestEngine.shared(version)
        let (writes, _) = try await writes(machine, isGood)
        #expect(writes > 15)
        let all = KillPoint.all(writes)
        let points = isLong ? all : stride(from: isGood ? 2 : 5, to: all.count, by: 13).map { all[$0] }
        for point in points {
            let home = try await cutOff(machine, isGood, at: point)
            let agent = home.agent()
            #expect(await agent.waitUntilReady(), "\(point)")
            try await look(home, agent, "\(point)", isGood: isGood)
            #expect(try await home.service() != nil, "\(point)")
            await agent.stop()
            try await home.remove()
        }
    }

    @Test(arguments: TestEngine.versions)
    func `it is taken up too when the settings want no labels any more`(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let (_, middle) = try await writes(machine, true)
        let home = try await cutOff(machine, true, at: KillPoint(side: .after, write: middle))
        home.tree.file("grapnel.yaml", "discover: off\n")
        let agent = home.agent()
        #expect(await agent.waitUntilReady())
        try await look(home, agent, "off")
        // Nobody looks, so it takes a reload to let go of it.
        try await home.program.run("reload")
        #expect(try await home.service() == nil)
        await agent.stop()
        try await home.remove()
    }

    @Test(arguments: TestEngine.versions)
    func `when somebody has removed the containers meanwhile, it ends and says so`(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let (_, middle) = try await writes(machine, true)
        let home = try await cutOff(machine, true, at: KillPoint(side: .after, write: middle))
        try await home.remove()
        let agent = home.agent()
        #expect(await agent.waitUntilReady())
        var deploy: JSON?
        #expect(
            await wait {
                deploy = try? await home.history().first
                return deploy?["outcome"]?.string != nil
            })
        #expect(deploy?["outcome"] == "failed")
        #expect(deploy?["reason"]?.string?.contains("is gone: somebody removed it") == true, "\(deploy?.text ?? "")")
        #expect(!agent.log.contains("is no longer in the settings"))
        // Then it is no service any more.
        #expect(try await home.service() == nil)
        #expect(try await home.history().count == 1)
        await agent.stop()
    }

    @Test(arguments: TestEngine.versions)
    func `it waits for an engine that is away, and is no stranger when that comes back`(version: String) async throws {
        let machine = try await TestEngine.private(version)
        let (_, middle) = try await writes(machine, true)
        let home = try await cutOff(machine, true, at: KillPoint(side: .after, write: middle))
        try await machine.stop()
        let agent = home.agent()
        #expect(await agent.waitUntilReady())
        #expect(await wait { (try? await home.service())??["state"] == "deploying" })
        #expect(try await home.history().first?["outcome"] == .null)
        try await machine.start()
        try await look(home, agent, "away")
        await agent.stop()
        try await machine.remove()
    }

    // MARK: - Parts

    /// How many writes a deploy takes, and the one after which the container has the name that the deploy keeps it by.
    private func writes(_ machine: TestEngine, _ isGood: Bool) async throws -> (all: Int, middle: Int) {
        let home = try await prepared(machine, isGood)
        let agent = home.agent(["GRAPNEL_TEST_KILL": "never"])
        #expect(await agent.waitUntilReady())
        try await home.program.run("deploy", home.name)
        await agent.stop()
        try await home.remove()
        let lines = agent.log.split(separator: "\n").filter { $0.hasPrefix("journal write ") }
        let middle = lines.firstIndex { $0.contains("rename-new") } ?? 0
        return (lines.count, middle + 1)
    }

    private func prepared(_ machine: TestEngine, _ isGood: Bool) async throws -> LabelledContainerHome {
        let home = try await LabelledContainerHome(machine)
        try await home.offer(isGood ? .web("two") : .exiting(1))
        return home
    }

    private func cutOff(
        _ machine: TestEngine, _ isGood: Bool, at point: KillPoint
    ) async throws -> LabelledContainerHome {
        let home = try await prepared(machine, isGood)
        let agent = home.agent(point.environment)
        #expect(await agent.waitUntilReady(), "\(point)")
        try await home.program.run("deploy", home.name, "--no-wait")
        #expect(await agent.waitForEnd(), "it did not die at \(point)")
        return home
    }

    /// The old release or the new one, under its name, and nothing else.
    private func look(
        _ home: LabelledContainerHome, _ agent: RunningAgent, _ point: String, isGood: Bool = true
    ) async throws {
        let isOver = await wait {
            guard let history = try? await home.history() else { return false }
            return history.allSatisfy { $0["outcome"]?.string != nil }
        }
        #expect(isOver, "\(point): \(agent.log)")
        let deploy = try await home.history().first
        // No hook is in flight, so it ends as it would have; killed before it was accepted, there is none.
        if let deploy {
            let outcome: JSON = isGood ? "deployed" : "rolled-back"
            #expect(deploy["outcome"] == outcome, "\(point): \(deploy["reason"]?.text ?? "") \(agent.log)")
            let blocked = try await home.program.json("blocked").array?.map { $0["release"]?["digest"] }
            #expect(blocked == (isGood ? [] : [deploy["to"]?["digest"]]), "\(point)")
        }
        #expect(try await home.containers() == ["\(home.name) running"], "\(point): \(agent.log)")
        let policy = try await home.machine.docker("inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", home.name)
        #expect(policy == "always", "\(point)")
        let release = deploy?["outcome"] == "deployed" ? deploy?["to"] : deploy?["from"]
        if let digest = release?["digest"]?.string { #expect(try await home.image == digest, "\(point)") }
        #expect(!agent.log.contains("is no longer in the settings"), "\(point): \(agent.log)")
    }
}
