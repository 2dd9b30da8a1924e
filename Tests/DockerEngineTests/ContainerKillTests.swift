import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// The agent loses its power at every write to its journal; the engine goes on. In its next life the service runs the
/// old release or the new one, under its name, and nothing else is left.
struct ContainerKillTests {
    @Test(
        "A deploy that is cut off at any write leaves one container, on the old release or the new one: trap 1",
        arguments: TestEngine.versions, [true, false])
    func cutOff(version: String, isGood: Bool) async throws {
        let whole = PowerSupply()
        let model = try await prepared(version, isGood: isGood)
        await model.live(whole)
        try await check(model, isGood: isGood, at: 0)
        #expect(whole.count > 20)
        let instants = Array(stride(from: 1, through: whole.count, by: isLong ? 1 : 7))
        try await concurrently(instants) { instant in
            let moves = try await prepared(version, isGood: isGood)
            await moves.live(PowerSupply(failingAt: instant))
            await moves.live()
            try await check(moves, isGood: isGood, at: instant)
        }
    }

    @Test("A recovery that is cut off too is taken up again", arguments: TestEngine.versions, [true, false])
    func cutOffTwice(version: String, isGood: Bool) async throws {
        var random = Seeded(2026)
        let pairs = (0..<(isLong ? 40 : 3)).map { _ in
            (Int.random(in: 10...40, using: &random), Int.random(in: 1...20, using: &random))
        }
        try await concurrently(pairs) { first, second in
            let moves = try await prepared(version, isGood: isGood)
            await moves.live(PowerSupply(failingAt: first))
            await moves.live(PowerSupply(failingAt: second))
            await moves.live()
            try await check(moves, isGood: isGood, at: first * 1000 + second)
        }
    }

    private func prepared(_ version: String, isGood: Bool) async throws -> Moves {
        let moves = try await Moves(
            version, options: ["--restart", "always"],
            health: HealthDefinition(
                grace: .seconds(10), stable: .milliseconds(100), interval: .milliseconds(50)))
        try await moves.offer(isGood ? .web("new") : .exiting(1))
        return moves
    }

    private func check(
        _ moves: Moves, isGood: Bool, at instant: Int
    ) async throws {
        let record = try #require(moves.journal.deploys.first)
        let container = try #require(try await moves.container, "instant \(instant)")
        #expect(container.isRunning, "instant \(instant)")
        #expect(try await moves.containers() == ["\(moves.name) running"], "instant \(instant)")
        #expect(container.restartPolicy["Name"] == "always", "instant \(instant)")
        switch record.outcome {
        case .deployed:
            #expect(isGood && container.imageID == record.to?.identity, "instant \(instant)")
        case .rolledBack, .failed, .aborted:
            #expect(container.imageID == record.from?.identity, "instant \(instant): \(record.reason ?? "")")
        default: Issue.record("instant \(instant): \(record)")
        }
        #expect(moves.journal.violations == [])
        try await moves.remove()
    }
}
