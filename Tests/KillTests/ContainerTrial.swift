import Glibc
import Model
import Processes
import TestKit

/// The deploy of one container in which the agent is killed, and what the engine, the journal and the status look like
/// after it was started again.
struct ContainerTrial {
    let home = FileTree()
    private let machine: TestEngine
    private let isGood: Bool
    private let name: String
    private let oldImage: String
    private let newImage: String
    private(set) var complaints: [String] = []
    private var logs: [String] = []

    private var program: Program { Program(home: home.path) }
    private var tag: String { "grapnel-test/\(name):latest" }

    init(_ version: String, isGood: Bool) async throws {
        machine = try await TestEngine.shared(version)
        self.isGood = isGood
        name = "killed-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let tag = "grapnel-test/\(name):latest"
        // Its stop takes a second, and outlives whoever asked for it.
        let first = TestImage.idle.with {
            $0.stopping = .stubborn
            $0.labels = ["trial": tag]
        }
        oldImage = try await machine.build(first, as: tag)
        try await machine.docker(
            "run", "-d", "--name", name, "--restart", "always", "--stop-timeout", "1", tag)
        newImage = try await machine.build(
            isGood ? first.with { $0.environment = ["NEW": "1"] } : .exiting(1), as: tag)
        home.file(
            "grapnel.yaml",
            """
            services:
              \(name):
                container: { name: \(name), pull: never }
                image: \(tag)
                health: { interval: 100ms, stable: 300ms, grace: 10s }
            """)
    }

    /// How many writes the deploy takes when nobody dies.
    static func writes(_ version: String, isGood: Bool) async throws -> Int {
        let trial = try await ContainerTrial(version, isGood: isGood)
        let agent = trial.agent(["GRAPNEL_TEST_KILL": "never"])
        _ = await agent.waitUntilReady()
        try await trial.program.run("deploy", trial.name)
        await agent.stop()
        try await trial.remove()
        return agent.log.split(separator: "\n").count { $0.hasPrefix("journal write ") }
    }

    private func agent(_ environment: [String: String]) -> RunningAgent {
        RunningAgent(program, environment: environment.merging(["DOCKER_HOST": machine.host]) { $1 })
    }

    mutating func deploy(dyingAt point: KillPoint) async throws {
        let agent = agent(point.environment)
        if await agent.waitUntilReady() { try await program.run("deploy", name, "--no-wait") }
        if await !agent.waitForEnd() { complaints.append("it did not die at \(point)") }
        agent.signal(SIGKILL)
        _ = await agent.waitForEnd()
        logs.append(agent.log)
    }

    /// Dies at the point, if its recovery comes so far.
    mutating func recover(dyingAt point: KillPoint) async throws {
        let agent = agent(point.environment)
        _ = await agent.waitUntilReady()
        let program = program
        _ = await wait {
            guard agent.ending == nil else { return true }
            return await ContainerTrial.isSettled(program)
        }
        agent.signal(SIGKILL)
        _ = await agent.waitForEnd()
        logs.append(agent.log)
    }

    mutating func recoverAndLook() async throws {
        let agent = agent(["GRAPNEL_TEST_KILL": "never"])
        if await !agent.waitUntilReady() { complaints.append("it did not start again") }
        let program = program
        if await !wait(until: { await ContainerTrial.isSettled(program) }) {
            complaints.append("the deploy did not come to its end")
        }
        try await look()
        if await agent.stop() != .exited(0) { complaints.append("it did not stop as it should") }
        logs.append(agent.log)
        try await remove()
    }

    private static func isSettled(_ program: Program) async -> Bool {
        guard let status = try? await program.json("status")[0], status["state"] != "deploying",
            status["waiting"] == .null, let deploys = try? await program.json("history").array
        else { return false }
        return deploys.allSatisfy { $0["outcome"]?.string != nil }
    }

    private mutating func look() async throws {
        let last = try await program.json("history").array?.first
        let outcome = last?["outcome"]?.string
        switch outcome {
        case nil: break
        case "deployed"? where isGood: break
        case "rolled-back"? where !isGood: break
        default: complaints.append("it is \(outcome ?? ""): \(last?["reason"]?.string ?? "")")
        }
        let expected = outcome == "deployed" ? newImage : oldImage
        let lines = try await machine.docker(
            "ps", "-a", "--no-trunc", "--filter", "name=\(name)", "--format", "{{.Names}} {{.State}}")
        if lines != "\(name) running" { complaints.append("there is \(lines)") }
        let image = try await machine.docker(
            "inspect", "--format", "{{.Image}} {{.HostConfig.RestartPolicy.Name}}", name)
        if image != "\(expected) always" { complaints.append("it runs \(image), expected \(expected)") }

        let status = try await program.json("status").array?.first
        if outcome == "deployed", status?["digest"]?.string != newImage {
            complaints.append("status says \(status?["digest"]?.text ?? "nothing")")
        }
        let blocked = try await program.json("blocked").array?.compactMap { $0["release"]?["digest"]?.string } ?? []
        if blocked != (outcome == "rolled-back" ? [newImage] : []) {
            complaints.append("\(blocked) is blocked after \(outcome ?? "nothing")")
        }
        let kept = try await machine.docker(
            "images", "--quiet", "--no-trunc", "--filter", "reference=grapnel-keep:\(name)-*")
        if outcome != nil, !kept.contains(oldImage) { complaints.append("the old image can be pruned") }
    }

    private func remove() async throws {
        let names = try await machine.docker("ps", "-aq", "--filter", "name=\(name)").split(separator: "\n")
        if !names.isEmpty { try await machine.docker(["rm", "-f", "-v"] + names.map(String.init)) }
    }

    /// Nil when all was well.
    func report(_ name: String) -> String? {
        guard !complaints.isEmpty else { return nil }
        return "\(isGood ? "good" : "bad"), \(name): \(complaints.joined(separator: "; "))\nlogs:\n"
            + logs.joined(separator: "---\n")
    }
}
