import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// One service whose deploy has written so many times to its journal when the engine goes away.
final class LossTrial: Sendable {
    let moves: Moves
    private let policy: String
    private let isGood: Bool
    private let number: Int
    private let wasUnderWay = Recorded<Bool>()

    init(
        _ machine: TestEngine, _ policy: String, options: [String], isGood: Bool, lossAfter number: Int
    ) async throws {
        // It ends with code 0 when it is asked to: the engine sees no failure then.
        let first = TestImage.idle.with { $0.stopping = .obedient }
        moves = try await Moves(
            on: machine, first, options: ["--restart", policy] + options,
            HealthDefinition(grace: .seconds(20), stable: .milliseconds(200), interval: .milliseconds(50)))
        try await moves.offer((isGood ? first : .exiting(1)).with { $0.environment = ["NEW": "1"] })
        self.policy = policy
        self.isGood = isGood
        self.number = number
    }

    static func run(_ trials: [LossTrial], _ loss: EngineLossTests.Loss) async throws {
        guard let machine = trials.first?.moves.machine else { return }
        if loss == .power {
            await everyone(trials) { trial in await trial.moves.live(PowerSupply(failingAt: 2 * trial.number)) }
            for trial in trials { try await trial.noteProgress() }
            try await machine.kill()
            try await machine.start()
        } else {
            let arrived = Recorded<Int>()
            let isOver = Recorded<Bool>()
            for trial in trials {
                trial.moves.journal.after(.write(trial.number)) {
                    // Not even when the task that it interrupts is cancelled.
                    await Task.detached {
                        do { try await trial.noteProgress() } catch { Issue.record(error) }
                        arrived.append(trial.number)
                        #expect(await wait { !isOver.all.isEmpty })
                    }.value
                }
            }
            async let lives: Void = everyone(trials) { await $0.moves.live() }
            #expect(await wait { arrived.all.count == trials.count })
            do {
                if loss == .killed { try await machine.kill() } else { try await machine.stop() }
                try await machine.start()
            } catch {
                Issue.record(error)
            }
            isOver.append(true)
            await lives
        }
        await everyone(trials) { await $0.moves.live() }
    }

    private static func everyone(_ trials: [LossTrial], _ work: @escaping @Sendable (LossTrial) async -> Void) async {
        await withTaskGroup { group in
            for trial in trials { group.addTask { await work(trial) } }
        }
    }

    private func noteProgress() async throws { wasUnderWay.append(try await moves.isUnderWay) }

    /// The engine kept a port that no container has for as long as the agent tried to start the old one.
    var hasLostPort: Bool {
        moves.journal.deploys.first.map { $0.outcome == .failed && $0.reason?.contains("no container has it") == true }
            ?? false
    }

    /// What engines do when they are cut off in the middle of a start: everything but the container's running is as it
    /// should be. It is started, and the engine before that if need be, as the reason says.
    func checkLostPort() async throws {
        if let refusal = await problem({ try await moves.machine.docker("start", moves.name) }) {
            #expect(refusal.description.contains("port is already allocated"), "\(refusal)")
            try await moves.machine.restart()
            // Unless its policy does it.
            try await moves.machine.docker("start", moves.name)
        }
        try await check(lostPort: true)
    }

    func check(lostPort: Bool = false) async throws {
        let story: Comment = "lost after write \(number), good: \(isGood)"
        let record = try #require(moves.journal.deploys.first, story)
        let container = try #require(try await moves.container, story)
        #expect(container.restartPolicy["Name"]?.string == policy, story)
        // Before the deploy had seen it run, and after it had passed, its owner's policy is all that counts: what is
        // down then stays down, and proves nothing of its release.
        let isTheOwnersMatter = wasUnderWay.all == [false] && ["no", "on-failure"].contains(policy)
        switch record.outcome {
        case .deployed:
            #expect(
                (isGood || !container.isRunning && isTheOwnersMatter) && container.imageID == record.to?.identity, story
            )
        case .rolledBack, .failed, .aborted:
            #expect(container.imageID == record.from?.identity, "\(story): \(record.reason ?? "")")
            // A good release is not blamed for an engine that went away.
            #expect(!isGood || lostPort || record.outcome == .aborted, "\(story): \(record.reason ?? "")")
        default: Issue.record("\(story): \(record)")
        }
        if isGood { #expect(try await moves.journal.blocks(service: moves.name) == [], story) }
        #expect(
            container.isRunning || isTheOwnersMatter,
            "\(story): \(record.outcome?.rawValue ?? "") \(record.reason ?? "")")
        #expect(try await moves.containers().count == 1, story)
        #expect(moves.journal.violations == [], story)
        try await moves.remove()
    }
}
