import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

@testable import Compose

/// Deploys of compose projects by the real compose, of both kinds, on real engines.
@Suite("Moving compose services")
struct ComposeMoveTests {
    static let plain = """
        # The site.
        services:
          web:
            image: IMAGE:1.0   # what runs
            command: ["sleep", "1d"]
            stop_grace_period: 1s
          db:
            image: IMAGE:1.0
            command: ["sleep", "1d"]
            stop_grace_period: 1s

        """

    @Test(
        "The service runs the new release, the file says so, and compose up by hand changes nothing",
        arguments: TestEngine.versions, TestCompose.allCases)
    func deploys(version: String, compose: TestCompose) async throws {
        let scene = try await ComposeScene(version, compose, Self.plain)
        let (before, database) = (try await scene.containers(), try await scene.containers("db"))
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "") \(scene.trial.lines.all)")
        #expect(try await scene.digests() == [digest])
        #expect(
            scene.text
                == Self.plain.replacing("IMAGE", with: scene.repository)
                .replacing("1.0   # what", with: "1.0@\(digest)   # what"))
        // Nothing else was touched.
        #expect(try await scene.containers("db").map(\.id) == database.map(\.id))
        let after = try await scene.containers()
        #expect(after.map { $0.name } == before.map { $0.name })
        #expect(after.map { $0.id } != before.map { $0.id })
        try await scene.up()
        #expect(try await scene.containers().map(\.id) == after.map(\.id))
        #expect(try await scene.containers("db").map(\.id) == database.map(\.id))
        // Again there is nothing to do.
        #expect(try await scene.trial.deploy().outcome == .unchanged)
        try await scene.remove()
    }

    @Test(
        "A release that fails is undone: the file has its bytes again, and the old release runs",
        arguments: TestEngine.versions, TestCompose.allCases)
    func undoes(version: String, compose: TestCompose) async throws {
        let scene = try await ComposeScene(
            version, compose, Self.plain.replacing("command: [\"sleep\", \"1d\"]\n    stop", with: "stop"))
        let (text, digests) = (scene.text, try await scene.digests())
        try await scene.offer(.exiting(3))
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "") \(scene.trial.lines.all)")
        #expect(record.reason?.contains("exited with code 3") == true, "\(record.reason ?? "")")
        #expect(scene.text == text)
        #expect(try await scene.digests() == digests)
        let restored = try await scene.containers()
        #expect(restored.allSatisfy { $0.isRunning })
        try await scene.up()
        #expect(try await scene.containers().map(\.id) == restored.map(\.id))
        try await scene.remove()
    }
}
