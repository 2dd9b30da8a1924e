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
        // Each write is two instants: before its commit, and after it, when nobody was told.
        let writes = model.journal.writes
        #expect(whole.count == writes.count * 2)
        let steps = ["stop-old", "start-new"] + (isGood ? [] : ["remove-new", "start-old"])
        let musts = steps.flatMap { around($0, in: writes) }
        #expect(musts.count == steps.count * 3, "\(writes)")
        let instants = (1...whole.count).filter { isLong || $0 % 10 == 1 || musts.contains($0) }
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

    /// The instants before a step is announced, when it is and nothing was done yet, and when it is done and that was not
    /// written down.
    private func around(_ step: String, in writes: [String]) -> [Int] {
        guard let intent = writes.firstIndex(of: "intent of \(step)"),
            let result = writes[intent...].firstIndex(of: "result of \(step)")
        else { return [] }
        return [intent * 2 + 1, intent * 2 + 2, result * 2 + 1]
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
        // The release is not to blame for the power, no hook is in flight whose result could be unknown, and it takes three
        // interruptions for a deploy to be given up: it ends as it would have. One that was not accepted when the power
        // failed is asked for again.
        #expect(record.outcome == (isGood ? .deployed : .rolledBack), "instant \(instant): \(record.reason ?? "")")
        let runs = isGood ? record.to : record.from
        #expect(container.imageID == runs?.identity, "instant \(instant)")
        let blocked = try await moves.journal.blocks(service: nil).map(\.release)
        #expect(blocked == (isGood ? [] : [record.to]), "instant \(instant): \(record.reason ?? "")")
        #expect(moves.journal.violations == [])
        try await moves.remove()
    }
}
