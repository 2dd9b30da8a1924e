import TestKit
import Testing

/// `kill -9` of the real agent while it moves a container on a real engine, which goes on with what it was asked for.
@Suite(.serialized)
struct ContainerKillTests {
    @Test(arguments: TestEngine.versions, [true, false])
    func `an agent that is killed at any write leaves one container, on the old release or the new one`(
        _ version: String, _ isGood: Bool
    ) async throws {
        let writes = try await ContainerTrial.writes(version, isGood: isGood)
        let all = KillPoint.all(writes.count)
        let steps = ["stop-old", "start-new"] + (isGood ? [] : ["remove-new", "start-old"])
        let musts = KillPoint.around(steps, in: writes)
        #expect(musts.count == steps.count * 4, "\(writes)")
        let points = all.filter { isLong || $0.write % 12 == (isGood ? 1 : 6) || musts.contains($0) }
        try await atOnce(points) { point in
            var trial = try await ContainerTrial(version, isGood: isGood)
            try await trial.deploy(dyingAt: point, of: writes)
            try await trial.recoverAndLook()
            return trial.report("\(version) \(point)")
        }
        print(
            "container, \(version), good: \(isGood): \(writes.count) journal writes, killed at \(points.count) points")
    }

    @Test(arguments: TestEngine.versions)
    func `an agent that is killed again while it recovers does so too`(_ version: String) async throws {
        var random = Seeded(20)
        let writes = [
            true: try await ContainerTrial.writes(version, isGood: true),
            false: try await ContainerTrial.writes(version, isGood: false),
        ]
        let pairs = (0..<(isLong ? 40 : 4)).map { number in
            (
                number % 2 == 0, KillPoint(side: .after, write: Int.random(in: 5...25, using: &random)),
                KillPoint(side: .after, write: Int.random(in: 1...8, using: &random))
            )
        }
        try await atOnce(pairs) { isGood, first, second in
            var trial = try await ContainerTrial(version, isGood: isGood)
            try await trial.deploy(dyingAt: first, of: writes[isGood] ?? [])
            try await trial.recover(dyingAt: second)
            try await trial.recoverAndLook()
            return trial.report("\(version) \(first) and then \(second)")
        }
    }
}
