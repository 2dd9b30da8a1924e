import Synchronization
import TestKit
import Testing

/// `kill -9` of the real agent with scripts and hooks in flight, which outlive it: it is started again, and then the
/// service runs the old release or the new one, whole, and the history says which and why.
@Suite(.serialized)
struct KillTests {
    @Test(arguments: Scenario.allCases)
    func `an agent that is killed at any write to its journal leaves the old release or the new one`(
        _ scenario: Scenario
    ) async throws {
        let writes = try await Trial.writes(scenario)
        #expect(writes > 15)
        let all = KillPoint.all(writes)
        // One side of each write, another one at the next; the scenarios begin with different ones.
        let offset = Scenario.allCases.firstIndex(of: scenario) ?? 0
        // All points take a quarter of an hour.
        let points = isLong ? all : all.filter { ($0.write + $0.side.index + offset) % 3 == 0 }
        try await atOnce(points) { point in
            var trial = try await Trial(scenario)
            try await trial.deploy(dyingAt: point)
            try await trial.recoverAndLook(thenDeploy: isLong || point.write % 3 == 0)
            return trial.report("\(point)")
        }
        print("\(scenario): \(writes) journal writes, killed at \(points.count) points of \(all.count)")
    }

    @Test(arguments: Scenario.allCases)
    func `an agent that is killed again while it recovers does so too`(_ scenario: Scenario) async throws {
        let writes = try await Trial.writes(scenario)
        var random = Seeded(2026)
        let first = KillPoint.all(writes)
        // No recovery takes more writes than the deploy and its undoing.
        let all = first.flatMap { point in KillPoint.all(writes + 4).map { (point, $0) } }
        // There are thousands, and a recovery that has few writes left is not killed by the later ones.
        let likely = all.filter { $0.0.write > 3 && $0.1.write <= 8 }
        let count = isLong ? 60 : 5
        let pairs = (0..<count).compactMap { _ in likely.randomElement(using: &random) }
        let deaths = Atomic(0)
        try await atOnce(pairs) { first, second in
            var trial = try await Trial(scenario)
            try await trial.deploy(dyingAt: first)
            let died = try await trial.recover(dyingAt: second)
            try await trial.recoverAndLook(thenDeploy: isLong)
            if died { deaths.add(1, ordering: .relaxed) }
            return trial.report("\(first) and then \(second)")
        }
        print("\(scenario): tried \(pairs.count) pairs of points, killed twice at \(deaths.load(ordering: .relaxed))")
    }

    @Test func `an agent that is killed at any moment does so too`() async throws {
        var random = Seeded(6)
        let moments = (0..<(isLong ? 200 : 20)).map { number in
            (Scenario.allCases[number % Scenario.allCases.count], Int.random(in: 0..<1800, using: &random))
        }
        try await atOnce(moments) { scenario, milliseconds in
            var trial = try await Trial(scenario)
            try await trial.deploy(killedAfter: .milliseconds(milliseconds))
            try await trial.recoverAndLook(thenDeploy: false)
            return trial.report("after \(milliseconds) ms")
        }
        print("killed at \(moments.count) moments")
    }
}

extension KillPoint.Side {
    fileprivate var index: Int { KillPoint.Side.allCases.firstIndex(of: self) ?? 0 }
}
