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
    /// Whether anybody knows that a deploy was asked for.
    private var isAccepted = true
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

    /// What the deploy writes when nobody dies.
    static func writes(_ version: String, isGood: Bool) async throws -> [String] {
        let trial = try await ContainerTrial(version, isGood: isGood)
        let agent = trial.agent(["GRAPNEL_TEST_KILL": "never"])
        _ = await agent.waitUntilReady()
        try await trial.program.run("deploy", trial.name)
        await agent.stop()
        try await trial.remove()
        return writes(in: agent.log)
    }

    private static func writes(in log: String) -> [String] {
        log.split(separator: "\n").filter { $0.hasPrefix("journal write ") }
            .compactMap { $0.split(separator: ": ", maxSplits: 1).last.map(String.init) }
    }

    private func agent(_ environment: [String: String]) -> RunningAgent {
        RunningAgent(program, environment: environment.merging(["DOCKER_HOST": machine.host]) { $1 })
    }

    /// `writes` are those of a deploy in which nobody dies: it has to have come so far, and no further.
    mutating func deploy(dyingAt point: KillPoint, of writes: [String]) async throws {
        let agent = agent(point.environment)
        if await agent.waitUntilReady() { try await program.run("deploy", name, "--no-wait") }
        if await !agent.waitForEnd() { complaints.append("it did not die at \(point)") }
        agent.signal(SIGKILL)
        _ = await agent.waitForEnd()
        logs.append(agent.log)
        let done = ContainerTrial.writes(in: agent.log)
        let expected = writes.prefix(point.write)
        if !done.starts(with: expected) || point.side != .later && done.count > expected.count {
            complaints.append("it died elsewhere: \(done.joined(separator: ", "))")
        }
        isAccepted = done.dropLast(point.side == .before ? 1 : 0).contains("accept")
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
        do {
            try await look()
        } catch {
            complaints.append("\(error)")
        }
        if await agent.stop() != .exited(0) {
            complaints.append("it did not stop as it should: \(agent.ending.map { "\($0)" } ?? "at all")")
        }
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
        let history = try await program.json("history").array ?? []
        if history.count != (isAccepted ? 1 : 0) { complaints.append("there are \(history.count) deploys") }
        let last = history.first
        let outcome = last?["outcome"]?.string
        // A kill is not the release's fault, no hook is in flight whose result could be unknown, and it takes three kills
        // for a deploy to be given up: it ends as it would have. Only before it was accepted there is none.
        if isAccepted, outcome != (isGood ? "deployed" : "rolled-back") {
            complaints.append("it is \(outcome ?? "nothing"): \(last?["reason"]?.string ?? "")")
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
