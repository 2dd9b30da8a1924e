import Glibc
import Model
import Processes
import TestKit

/// One deploy in which the agent is killed, and what the world and the journal look like after it was started again.
struct Trial {
    let scenario: Scenario
    let world: World
    private(set) var complaints: [String] = []
    /// What the agents wrote, for the one who reads a complaint.
    private var logs: [String] = []

    private var program: Program { world.program }

    init(_ scenario: Scenario) async throws {
        self.scenario = scenario
        world = try await World.withFirstRelease(scenario.release, idempotentHooks: scenario.hooksAreIdempotent)
    }

    /// How many writes the deploy takes when nobody dies.
    static func writes(_ scenario: Scenario) async throws -> Int {
        let trial = try await Trial(scenario)
        let agent = RunningAgent(trial.program, environment: ["GRAPNEL_TEST_KILL": "never"])
        _ = await agent.waitUntilReady()
        try await trial.program.run("deploy", "site")
        await agent.stop()
        return agent.log.split(separator: "\n").count { $0.hasPrefix("journal write ") }
    }

    // MARK: - Killing

    mutating func deploy(dyingAt point: KillPoint) async throws {
        let agent = RunningAgent(program, environment: point.environment)
        if await agent.waitUntilReady() { try await program.run("deploy", "site", "--no-wait") }
        if await !agent.waitForEnd() { complain("it did not die at \(point)") }
        await end(agent)
    }

    /// From outside, at any moment.
    mutating func deploy(killedAfter time: Duration) async throws {
        let agent = RunningAgent(program)
        if await !agent.waitUntilReady() { complain("it did not start") }
        try await program.run("deploy", "site", "--no-wait")
        try await Task.sleep(for: time)
        await end(agent)
    }

    /// Whether it came to its death before all was done.
    mutating func recover(dyingAt point: KillPoint) async throws -> Bool {
        let agent = RunningAgent(program, environment: point.environment)
        _ = await agent.waitUntilReady()
        let history = program
        let isOver = await wait {
            guard agent.ending == nil else { return true }
            return await Trial.isSettled(history)
        }
        if !isOver { complain("the recovery did not end") }
        let died = agent.ending != nil
        await end(agent)
        return died
    }

    private mutating func end(_ agent: RunningAgent) async {
        agent.signal(SIGKILL)
        _ = await agent.waitForEnd()
        logs.append(agent.log)
    }

    /// Nothing waits, which the history does not show, and nothing runs.
    private static func isSettled(_ program: Program) async -> Bool {
        guard let status = try? await program.json("status")[0], status["state"] != "deploying",
            status["waiting"] == .null, status["running"] == .null,
            let deploys = try? await program.json("history").array
        else { return false }
        return deploys.allSatisfy { $0["outcome"]?.string != nil }
    }

    // MARK: - Looking

    mutating func recoverAndLook(thenDeploy: Bool) async throws {
        let agent = RunningAgent(program, environment: ["GRAPNEL_TEST_KILL": "never"])
        if await !agent.waitUntilReady() { complain("it did not start again") }
        let program = program
        if await !wait(until: { await Trial.isSettled(program) }) { complain("the deploy did not come to its end") }
        try await look()
        if thenDeploy { try await deployAnother() }
        if await agent.stop() != .exited(0) { complain("it did not stop as it should") }
        logs.append(agent.log)
    }

    private mutating func look() async throws {
        let history = try await program.json("history").array ?? []
        let last = history.first
        let id = last?["id"]?.string ?? ""
        let outcome = last?["outcome"]?.string ?? "null"
        let reason = last?["reason"]?.string ?? ""
        let isRecorded = history.count == 2
        if history.count > 2 || history.isEmpty { complain("there are \(history.count) deploys") }

        let expected = isRecorded && outcome == "deployed" ? scenario.release : "v1"
        if world.release != expected { complain("it is \(outcome), but runs \(world.release ?? "two halves")") }
        if isRecorded { lookAtOutcome(outcome, reason) }

        let ledger = world.ledger
        for overlap in ledger.overlaps { complain(overlap) }
        if isRecorded {
            for pid in DeployChildren.find(marker: "GRAPNEL_DEPLOY", value: id) { complain("\(pid) still runs") }
            if ledger.count(of: "run", in: id) > 1 { complain("the script was run twice") }
            for step in ["pre-up", "post-up"]
            where !scenario.hooksAreIdempotent && ledger.count(of: step, in: id) > 1 {
                complain("the hook at \(step) was run twice")
            }
        }

        let status = try await program.json("status").array?.first
        if status?["revision"]?.string != expected { complain("status says \(status?["revision"]?.text ?? "nothing")") }
        if status?["state"]?.string != "deployed" { complain("status says \(status?["state"]?.text ?? "nothing")") }
        if status?["health"]?.string != "healthy" { complain("status says \(status?["health"]?.text ?? "nothing")") }
        if status?["last_deploy"]?["outcome"]?.string != outcome { complain("status has another last outcome") }

        let blocked = try await program.json("blocked").array?.compactMap { $0["release"]?["revision"]?.string } ?? []
        let isSeen = outcome == "rolled-back" && !reason.contains("when the agent was killed")
        if blocked != (isSeen ? [scenario.release] : []) { complain("\(blocked) is blocked after \(outcome)") }
    }

    private mutating func lookAtOutcome(_ outcome: String, _ reason: String) {
        let isCutOff = reason.contains("was running when the agent was killed, its result is unknown")
        switch outcome {
        case "deployed" where scenario.isGood: break
        // Before anything had changed only a hook in flight ends a deploy.
        case "aborted" where isCutOff && !scenario.hooksAreIdempotent: break
        case "rolled-back" where isCutOff || !scenario.isGood: break
        default: complain("it is \(outcome): \(reason)")
        }
    }

    private mutating func deployAnother() async throws {
        world.offer("v3")
        let result = try await program.run("deploy", "site")
        if !result.succeeded || world.release != "v3" {
            complain("the next deploy: \(result.ending), \(result.outputText)\(result.errorsText)")
        }
    }

    private mutating func complain(_ text: String) { complaints.append(text) }

    /// Nil when all was well.
    func report(_ name: String) -> String? {
        guard !complaints.isEmpty else { return nil }
        return """
            \(scenario) \(name): \(complaints.joined(separator: "; "))
            ledger:
            \(world.ledger)
            logs:
            \(logs.joined(separator: "---\n"))
            """
    }
}
