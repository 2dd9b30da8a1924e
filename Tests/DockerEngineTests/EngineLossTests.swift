import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// The engine goes away in the middle of a deploy, and comes back with what its restart policies make of it.
struct EngineLossTests {
    static let policies = ["no", "always", "unless-stopped", "on-failure"]

    enum Loss: CaseIterable {
        /// The power of the whole machine: the agent, the engine and all containers.
        case power
        /// The engine and its containers die, and the agent sees it.
        case killed
        /// As `systemctl restart docker` does it.
        case restarted
    }

    @Test(
        "One container is left, and it runs",
        arguments: TestEngine.versions.flatMap { version in
            policies.map { (version, $0) }
        })
    func lost(version: String, policy: String) async throws {
        let machine = try await TestEngine.private(version)
        var turn = EngineLossTests.policies.firstIndex(of: policy) ?? 0
        for loss in Loss.allCases {
            for isGood in [true, false] {
                let writes = try await wholeCount(machine, isGood, policy)
                let first = 4 + (turn * 5) % 7
                for number in stride(from: isLong ? 1 : first, through: writes, by: isLong ? 1 : 9) {
                    // With a published port every other time.
                    turn += 1
                    let moves = try await prepared(machine, isGood, policy, isPublished: turn % 2 == 0)
                    try await loss.happen(to: moves, afterWrite: number)
                    try await check(moves, isGood, policy, "\(loss) after write \(number), good: \(isGood)")
                }
            }
        }
        try await machine.remove()
    }

    private func prepared(
        _ machine: TestEngine, _ isGood: Bool, _ policy: String, isPublished: Bool
    ) async throws -> Moves {
        // It ends with code 0 when it is asked to: the engine sees no failure then.
        let first = TestImage.idle.with { $0.stopping = .obedient }
        let moves = try await Moves(
            on: machine, first,
            options: ["--restart", policy]
                + (isPublished ? ["-p", "127.0.0.1:\(Int.random(in: 20_000..<32_000)):8080"] : []),
            HealthDefinition(grace: .seconds(20), stable: .milliseconds(200), interval: .milliseconds(50)))
        try await moves.offer(
            isGood ? first.with { $0.environment = ["NEW": "1"] } : .exiting(1).with { $0.environment = ["NEW": "1"] })
        return moves
    }

    private func wholeCount(_ machine: TestEngine, _ isGood: Bool, _ policy: String) async throws -> Int {
        let moves = try await prepared(machine, isGood, policy, isPublished: false)
        await moves.live()
        let count = moves.journal.writeCount
        #expect(count > 12)
        try await check(moves, isGood, policy, "no loss")
        return count
    }

    private func check(_ moves: Moves, _ isGood: Bool, _ policy: String, _ story: String) async throws {
        let record = try #require(moves.journal.deploys.first)
        let container = try #require(try await moves.container, "\(story)")
        #expect(container.restartPolicy["Name"]?.string == policy, "\(story)")
        switch record.outcome {
        case .deployed: #expect(isGood && container.imageID == record.to?.identity, "\(story)")
        case .rolledBack, .failed, .aborted:
            #expect(container.imageID == record.from?.identity, "\(story): \(record.reason ?? "")")
        default: Issue.record("\(story): \(record)")
        }
        // A good release is not blamed for an engine that went away.
        if isGood { #expect(try await moves.journal.blocks(service: moves.name) == [], "\(story)") }
        // Before anything was begun, and after all was over, what its owner's policy says is what happens to it.
        let hasMoved = try await moves.hasMoved
        let isTheOwnersMatter =
            ["no", "on-failure"].contains(policy)
            && (!hasMoved || container.finishedAt > Container.comparable(record.finished?.description ?? ""))
        #expect(container.isRunning || isTheOwnersMatter, "\(story): \(record.outcome?.rawValue ?? "")")
        #expect(
            try await moves.containers() == ["\(moves.name) \(container.isRunning ? "running" : "exited")"], "\(story)")
        #expect(moves.journal.violations == [], "\(story)")
        try await moves.remove()
    }
}

extension EngineLossTests.Loss {
    /// In a deploy from its beginning to its end.
    fileprivate func happen(to moves: Moves, afterWrite number: Int) async throws {
        let machine = moves.machine
        switch self {
        case .power:
            let power = PowerSupply(failingAt: 2 * number)
            await moves.live(power)
            try await machine.kill()
            try await machine.start()
        case .killed:
            moves.journal.after(.write(number)) {
                try? await machine.kill()
                try? await machine.start()
            }
        case .restarted:
            moves.journal.after(.write(number)) { try? await machine.restart() }
        }
        await moves.live()
    }
}
