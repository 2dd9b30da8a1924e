import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

@testable import Compose

/// Where the digest is written down, by the real compose on real engines.
@Suite("Pinning compose services")
struct ComposePinTests {
    private static func file(_ image: String) -> String {
        """
        services:
          web:
            image: \(image)
            stop_grace_period: 1s

        """
    }

    /// A release that passes and then one that fails: after each the same is true of the files as before compose up is
    /// typed, and after it.
    private func goThrough(
        _ scene: ComposeScene, _ written: (String?) -> Bool, tag: String = "1.0"
    ) async throws {
        let first = try await scene.offer(.idle.with { $0.labels["release"] = "2" }, as: tag)
        let deployed = try await scene.trial.deploy()
        #expect(deployed.outcome == .deployed, "\(deployed.reason ?? "") \(scene.trial.lines.all)")
        #expect(written(first), "\(scene.text)")
        #expect(try await scene.digests() == [first])
        try await expectNothingToDo(scene)
        let before = scene.files.names()
        try await scene.offer(.exiting(3), as: tag)
        let undone = try await scene.trial.deploy()
        #expect(undone.outcome == .rolledBack, "\(undone.reason ?? "") \(scene.trial.lines.all)")
        #expect(written(first), "\(scene.text)")
        #expect(scene.files.names() == before)
        #expect(try await scene.digests() == [first])
        try await expectNothingToDo(scene)
        try await scene.remove()
    }

    private func expectNothingToDo(_ scene: ComposeScene) async throws {
        let before = try await scene.containers().map { $0.id }
        try await scene.up()
        #expect(try await scene.containers().map { $0.id } == before)
        #expect(try await scene.containers().allSatisfy { $0.isRunning })
    }

    @Test("In the .env, where a variable there is the tag", arguments: TestCompose.allCases)
    func environmentFile(compose: TestCompose) async throws {
        let scene = try await ComposeScene(
            "26.1", compose, Self.file("IMAGE:${TAG}"), environment: "# tags\r\nTAG=1.0 # of web\r\nX=1\r\n")
        let text = scene.text
        try await goThrough(scene) { digest in
            scene.text == text
                && scene.files.read(".env") == "# tags\r\nTAG=1.0\(digest.map { "@\($0)" } ?? "") # of web\r\nX=1\r\n"
        }
    }

    @Test("In a default of the compose file, where no variable is set", arguments: TestCompose.allCases)
    func fallback(compose: TestCompose) async throws {
        let scene = try await ComposeScene("26.1", compose, Self.file("\"IMAGE:${TAG:-1.0}\""))
        let text = scene.text
        try await goThrough(scene) { digest in
            scene.text == text.replacing("1.0", with: "1.0\(digest.map { "@\($0)" } ?? "")")
        }
    }

    @Test("In a .env that there was none of, where that is asked for", arguments: TestCompose.allCases)
    func newEnvironmentFile(compose: TestCompose) async throws {
        let scene = try await ComposeScene("26.1", compose, Self.file("IMAGE:${TAG:-1.0}")) { $0.pin = .env }
        let text = scene.text
        // The first that fails leaves no file behind.
        try await scene.offer(.exiting(3))
        #expect(try await scene.trial.deploy().outcome == .rolledBack)
        #expect(scene.files.names() == ["compose.yml"])
        try await goThrough(scene) { digest in
            scene.text == text && scene.files.read(".env") == "TAG=1.0\(digest.map { "@\($0)" } ?? "")\n"
        }
    }

    @Test("In a file beside, which compose finds by itself", arguments: TestCompose.allCases)
    func override(compose: TestCompose) async throws {
        // The first compose knows the files only by their old names.
        let scene = try await ComposeScene(
            "26.1", compose, Self.file("IMAGE:1.0"), name: "docker-compose.yml"
        ) { $0.pin = .override }
        let text = scene.files.read("docker-compose.yml")
        try await scene.offer(.exiting(3))
        #expect(try await scene.trial.deploy().outcome == .rolledBack)
        #expect(scene.files.names() == ["docker-compose.yml"])
        try await goThrough(scene) { digest in
            let override = scene.files.read("docker-compose.override.yml") ?? ""
            return scene.files.read("docker-compose.yml") == text
                && override.contains("image: \(scene.repository):1.0\(digest.map { "@\($0)" } ?? "")")
        }
    }

    @Test("What is extended or included is pinned by a file beside", arguments: ["extends", "include"])
    func elsewhere(way: String) async throws {
        let base = Self.file("IMAGE:1.0")
        let text =
            way == "extends"
            ? "services:\n  web:\n    extends:\n      file: base.yml\n      service: web\n"
            : "include: [base.yml]\nservices: {}\n"
        let scene = try await ComposeScene("26.1", .second, text, beside: ["base.yml": base]) { $0.pin = .override }
        let before = scene.text
        try await goThrough(scene) { digest in
            let override = scene.files.read("compose.override.yml") ?? ""
            return scene.text == before
                && override.contains("image: \(scene.repository):1.0\(digest.map { "@\($0)" } ?? "")")
        }
    }

    @Test("Nowhere: the tag that the file names stands for the release", arguments: TestCompose.allCases)
    func nowhere(compose: TestCompose) async throws {
        let scene = try await ComposeScene("26.1", compose, Self.file("IMAGE:1.0")) {
            $0.pin = ComposeDefinition.Pin.none
        }
        let text = scene.text
        try await goThrough(scene) { _ in scene.text == text }
    }

    @Test("The user's own override beside the file counts, as it does for compose")
    func ownOverride() async throws {
        let scene = try await ComposeScene(
            "26.1", .second, Self.file("IMAGE:0.9"),
            beside: ["compose.override.yml": "services:\n  web:\n    image: IMAGE:1.0\n    labels: {own: \"1\"}\n"])
        let text = scene.text
        try await goThrough(scene) { digest in
            scene.text == text
                && scene.files.read("compose.override.yml")?.contains(":1.0\(digest.map { "@\($0)" } ?? "")") == true
        }
    }
}
