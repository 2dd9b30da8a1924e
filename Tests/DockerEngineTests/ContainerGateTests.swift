import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// What makes a release pass or fail, on real engines.
struct ContainerGateTests {
    private func outcome(
        _ version: String, _ image: TestImage, grace: Duration = .seconds(10), options: [String] = []
    ) async throws -> DeployRecord {
        let moves = try await Moves(
            version, options: options,
            health: HealthDefinition(grace: grace, stable: .milliseconds(500), interval: .milliseconds(100)))
        try await moves.offer(image)
        let record = try await moves.deploy()
        #expect(try await moves.containers() == ["\(moves.name) running"])
        try await moves.remove()
        return record
    }

    @Test("A container whose own check is content passes", arguments: TestEngine.versions)
    func healthy(version: String) async throws {
        #expect(try await outcome(version, .idle.with { $0.health = .healthy }).outcome == .deployed)
    }

    @Test("A container that becomes healthy late is waited for", arguments: TestEngine.versions)
    func slow(version: String) async throws {
        #expect(try await outcome(version, .idle.with { $0.health = .slow(seconds: 2) }).outcome == .deployed)
    }

    @Test("A container whose own check complains is undone, with the check's words", arguments: TestEngine.versions)
    func unhealthy(version: String) async throws {
        let record = try await outcome(version, .idle.with { $0.health = .unhealthy })
        #expect(record.outcome == .rolledBack)
        #expect(record.reason == "health: unhealthy: broken")
    }

    @Test("A container that restarts again and again is undone: trap 16", arguments: TestEngine.versions)
    func restartLoop(version: String) async throws {
        let record = try await outcome(version, .exiting(1), options: ["--restart", "always"])
        #expect(record.outcome == .rolledBack)
        #expect(record.reason?.hasPrefix("health: it ") == true)
    }

    @Test("A container that ends well at once has done what it was for: trap 13", arguments: TestEngine.versions)
    func oneShot(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.offer(.exiting(0))
        #expect(try await moves.deploy().outcome == .deployed)
        #expect(try await moves.containers() == ["\(moves.name) exited"])
        try await moves.remove()
    }
}
