import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

@testable import Compose

/// What makes a release of a compose service pass or fail, by the real compose on real engines.
@Suite("Compose services at the gate")
struct ComposeGateTests {
    private static func file(_ rest: String = "", _ others: String = "") -> String {
        """
        services:
          web:
            image: IMAGE:1.0
            stop_grace_period: 1s
        \(rest.split(separator: "\n").map { "    \($0)\n" }.joined())\(others)
        """
    }

    private static let health = HealthDefinition(
        grace: .seconds(4), stable: .milliseconds(600), interval: .milliseconds(100))

    private func scene(
        _ compose: TestCompose, _ text: String, _ image: TestImage = .idle, sideImage: TestImage? = nil
    ) async throws -> ComposeScene {
        try await ComposeScene("26.1", compose, text, image, health: Self.health, sideImage: sideImage)
    }

    private func expectUndone(
        _ scene: ComposeScene, _ image: TestImage, _ words: String, service: String = "web",
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let (text, before) = (scene.text, try await scene.digests(service))
        try await scene.offer(image)
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "")", sourceLocation: location)
        #expect(record.reason?.contains(words) == true, "\(record.reason ?? "")", sourceLocation: location)
        #expect(scene.text == text, sourceLocation: location)
        #expect(try await scene.digests(service) == before, sourceLocation: location)
        #expect(try await scene.containers(service).allSatisfy { $0.isRunning }, sourceLocation: location)
    }

    @Test("All replicas count: one that fails takes the release back", arguments: TestCompose.allCases)
    func replicas(compose: TestCompose) async throws {
        let places = compose == .first ? "scale: 3" : "deploy:\n  replicas: 3"
        let text =
            (compose == .first ? "version: \"2.4\"\n" : "")
            + Self.file("\(places)\nvolumes: [\"shared:/shared\"]", "volumes:\n  shared:\n")
        let scene = try await scene(compose, text)
        #expect(try await scene.containers().count == 3)
        // The first to come stays, and the others fail a little later.
        let image = TestImage("mkdir /shared/first 2>/dev/null && exec sleep 1d; sleep 0.3; exit 4")
        try await expectUndone(scene, image, "exited with code 4")
        #expect(try await scene.containers().count == 3)
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "3" })
        #expect(try await scene.trial.deploy().outcome == .deployed)
        #expect(try await scene.digests() == [digest, digest, digest])
        try await scene.remove()
        _ = try? await scene.machine.docker("volume", "rm", "\(scene.name)_shared")
    }

    @Test("As many as somebody has scaled it to stay", arguments: TestCompose.allCases)
    func scaled(compose: TestCompose) async throws {
        let scene = try await scene(compose, Self.file())
        try await scene.up("--scale", "web=2")
        try await expectUndone(scene, .exiting(3), "exited with code 3")
        #expect(try await scene.containers().count == 2)
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "3" })
        #expect(try await scene.trial.deploy().outcome == .deployed)
        #expect(try await scene.digests() == [digest, digest])
        try await scene.remove()
    }

    @Test("One that ends well has done what it was for: trap 13", arguments: TestCompose.allCases)
    func oneShot(compose: TestCompose) async throws {
        let scene = try await scene(compose, Self.file(), .exiting(0))
        await wait { (try? await scene.containers().first?.isRunning) == false }
        let digest = try await scene.offer(.exiting(0).with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await scene.digests() == [digest])
        try await scene.offer(.exiting(5))
        let failed = try await scene.trial.deploy()
        #expect(failed.outcome == .rolledBack && failed.reason?.contains("exited with code 5") == true)
        #expect(try await scene.digests() == [digest])
        try await scene.remove()
    }

    @Test("One that is still starting at the deadline is undone: trap 15")
    func starting() async throws {
        let check = "healthcheck: {test: [CMD-SHELL, test -e /tmp/ready], interval: 300ms, retries: 100}"
        let scene = try await scene(.second, Self.file(check), TestImage("touch /tmp/ready; exec sleep 1d"))
        try await expectUndone(scene, .idle, "its health check is still starting")
        try await scene.remove()
    }

    @Test("One whose own check complains is undone, with the check's words")
    func unhealthy() async throws {
        let scene = try await scene(.second, Self.file())
        try await expectUndone(scene, .idle.with { $0.health = .unhealthy }, "unhealthy: broken")
        try await scene.remove()
    }

    @Test("One that restarts again and again is undone: trap 16")
    func restartLoop() async throws {
        let scene = try await scene(.second, Self.file("restart: always"))
        try await expectUndone(scene, .exiting(1), "health: it ")
        try await scene.remove()
    }

    @Test("What somebody has stopped stays stopped: trap 17", arguments: TestCompose.allCases)
    func stopped(compose: TestCompose) async throws {
        let scene = try await scene(compose, Self.file())
        try await scene.run("stop")
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await scene.digests() == [digest])
        #expect(try await scene.containers().allSatisfy { !$0.isRunning })
        try await scene.remove()
    }

    @Test("A project that is down is brought up by a person, and not by a look")
    func down() async throws {
        let scene = try await ComposeScene("26.1", .second, Self.file(), starts: false)
        let record = try await scene.trial.deploy(by: Trigger(.poll))
        #expect(
            record.outcome != .deployed && record.reason?.contains("brings it up") == true, "\(record.reason ?? "")")
        #expect(try await scene.states() == [])
        #expect(try await scene.trial.deploy().outcome == .deployed)
        #expect(try await scene.containers().allSatisfy { $0.isRunning })
        try await scene.remove()
    }

    @Test("What lives in its network is made anew with it, forward and back: trap 20", arguments: TestCompose.allCases)
    func dependents(compose: TestCompose) async throws {
        let scene = try await scene(
            compose,
            (compose == .first ? "version: \"2.4\"\n" : "")
                + Self.file(
                    "", "  beside:\n    image: SIDE\n    network_mode: service:web\n    stop_grace_period: 1s\n"),
            .web("one"), sideImage: .idle)
        func look() async throws -> Bool {
            let (web, beside) = (try await scene.containers(), try await scene.containers("beside"))
            guard web.count == 1, beside.count == 1, beside[0].isRunning else { return false }
            let inside = try await scene.machine.docker(
                "exec", beside[0].id, "wget", "-q", "-O", "-", "http://127.0.0.1:8080/")
            return beside[0].hostConfig["NetworkMode"]?.string == "container:\(web[0].id)" && !inside.isEmpty
        }
        #expect(await wait { (try? await look()) == true })
        try await scene.offer(.web("two"))
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "") \(scene.trial.lines.all)")
        #expect(await wait { (try? await look()) == true })
        try await scene.offer(.exiting(3))
        #expect(try await scene.trial.deploy().outcome == .rolledBack)
        let isBack = await wait { (try? await look()) == true }
        let states = try await scene.states()
        #expect(isBack, "\(states) \(scene.trial.lines.all)")
        try await scene.remove()
    }

    @Test("All services of one image move together, and back together", arguments: TestCompose.allCases)
    func project(compose: TestCompose) async throws {
        let others = """
              worker:
                image: "IMAGE:1.0"
                stop_grace_period: 1s
                environment: {WORKS: "1"}
              db:
                image: SIDE
                stop_grace_period: 1s

            """
        let scene = try await ComposeScene(
            "26.1", compose, Self.file("", others), service: nil, health: Self.health, sideImage: .idle)
        let database = try await scene.containers("db").map { $0.id }
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await scene.digests() == [digest])
        #expect(try await scene.digests("worker") == [digest])
        try await expectUndone(scene, TestImage("test -z \"$WORKS\" || exit 6; exec sleep 1d"), "exited with code 6")
        #expect(try await scene.digests("worker") == [digest])
        #expect(try await scene.containers("worker").allSatisfy { $0.isRunning })
        #expect(try await scene.containers("db").map { $0.id } == database)
        try await scene.remove()
    }

    @Test(
        "That compose fails is undone, and a port that is taken is not the release's fault",
        arguments: TestCompose.allCases)
    func portTaken(compose: TestCompose) async throws {
        let scene = try await scene(compose, Self.file())
        let other = try await scene.machine.docker(
            "run", "-d", "-p", "127.0.0.1::80", "--label", "com.docker.compose.project=\(scene.name)",
            "\(scene.repository):1.0")
        let port = try await scene.machine.docker("port", other, "80").split(separator: ":").last ?? ""
        // What its owner has not brought up yet comes with the deploy.
        let text = scene.text + "    ports: [\"127.0.0.1:\(port):80\"]\n"
        scene.files.file("compose.yml", text)
        let (digests, before) = (try await scene.digests(), try await scene.containers())
        try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "")")
        #expect(record.reason?.contains("port is already allocated") == true, "\(record.reason ?? "")")
        #expect(try await scene.journal.blocks(service: nil) == [])
        #expect(scene.text == text)
        #expect(try await scene.digests() == digests)
        // The files would not make it any more: it is as it was.
        let after = try await scene.containers()
        #expect(after.map { $0.name } == before.map { $0.name } && after.allSatisfy { $0.isRunning })
        try await scene.remove()
    }
}
