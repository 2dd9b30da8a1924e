import Daemon
import DockerEngine
import Glibc
import Lifecycle
import Model
import TestKit
import Testing

/// Traps that deploy agents fell into, by their numbers, where no other suite has them.
struct ContainerTrapTests {
    @Test("What cannot be executed here is undone: trap 2", arguments: TestEngine.versions)
    func otherArchitecture(version: String) async throws {
        let moves = try await Moves(version)
        let old = try #require(try await moves.container)
        let files = FileTree()
        files.file("program", "\u{7F}ELF of another machine", mode: 0o755)
        files.file(
            "Dockerfile", "FROM \(moves.tag)\nCOPY program /bin/program\nCMD [\"/bin/program\"]\nENTRYPOINT []\n")
        try await moves.machine.docker("build", "--quiet", "--tag", moves.tag, files.path)
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(try await moves.container?.id == old.id)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        try await moves.remove()
    }

    @Test("A name that somebody takes in the middle leaves the old one running: trap 2", arguments: TestEngine.versions)
    func nameTaken(version: String) async throws {
        let moves = try await Moves(version)
        let old = try #require(try await moves.container)
        try await moves.offer(.web("two"))
        moves.journal.after(.beginning("rename-new")) {
            _ = try? await moves.machine.docker("create", "--name", moves.name, moves.tag)
        }
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        #expect(record.reason?.contains("\(moves.name)-old-\(record.id)") == true, "\(record.reason ?? "")")
        #expect(try await moves.engine.container(old.id)?.isRunning == true)
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        try await moves.remove()
    }

    @Test("What a rollback needs survives docker image prune: trap 3", arguments: TestEngine.versions)
    func pruned(version: String) async throws {
        let word = Moves.word()
        let first = TestImage.idle.with { $0.labels = ["trap": word] }
        let moves = try await Moves(version, first)
        let old = try #require(try await moves.container?.imageID)
        try await moves.offer(first.with { $0.environment = ["NEW": "1"] })
        #expect(try await moves.deploy().outcome == .deployed)
        try await moves.machine.docker("image", "prune", "--force", "--filter", "label=trap=\(word)")
        #expect(try await moves.deploy(Wish(.previous)).outcome == .deployed)
        #expect(try await moves.container?.imageID == old)
        try await moves.remove()
    }

    @Test("What comes back is what ran, not what was tried: trap 4", arguments: TestEngine.versions)
    func backup(version: String) async throws {
        let moves = try await Moves(version)
        let first = try #require(try await moves.container?.imageID)
        let second = try await moves.offer(.web("two"))
        #expect(try await moves.deploy().outcome == .deployed)
        try await moves.offer(.exiting(1))
        #expect(try await moves.deploy().outcome == .rolledBack)
        #expect(try await moves.container?.imageID == second)
        // And the way back leads to the release before that, whose image is still there.
        #expect(try await moves.deploy(Wish(.previous)).outcome == .deployed)
        #expect(try await moves.container?.imageID == first)
        try await moves.remove()
    }

    @Test(
        "A rollback that fails too says so, and leaves what can be started by hand: trap 5",
        arguments: TestEngine.versions)
    func rollbackFails(version: String) async throws {
        let files = FileTree()
        // As /dev/null is.
        #expect(mknod(files.path("device"), S_IFCHR | 0o600, 0x103) == 0)
        let moves = try await Moves(version, options: ["--device", files.path("device"), "--restart", "always"])
        let old = try #require(try await moves.container)
        try await moves.offer(.web("two"))
        moves.journal.after(.beginning("start-new")) { files.remove("device") }
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        #expect(record.reason?.contains("rollback failed") == true, "\(record.reason ?? "")")
        let left = try #require(try await moves.container)
        #expect(left.id == old.id && left.restartPolicy["Name"] == "always")
        #expect(try await moves.containers().count == 1)
        // It was the machine's fault.
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        #expect(mknod(files.path("device"), S_IFCHR | 0o600, 0x103) == 0)
        try await moves.machine.docker("start", moves.name)
        try await moves.remove()
    }

    @Test("The same bad release is not tried again, and the next one is: trap 7", arguments: TestEngine.versions)
    func sameAgain(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.offer(.exiting(1))
        #expect(try await moves.deploy().outcome == .rolledBack)
        let old = try #require(try await moves.container)
        #expect(try await moves.deploy().outcome == .blocked)
        #expect(try await moves.container?.id == old.id)
        let image = try await moves.offer(.web("three"))
        #expect(try await moves.deploy().outcome == .deployed)
        #expect(try await moves.container?.imageID == image)
        try await moves.remove()
    }

    @Test("A look that fails is never taken for nothing new: trap 8", arguments: TestEngine.versions)
    func lookFails(version: String) async throws {
        let registry = try await TestRegistry.start()
        let moves = try await Moves(on: try await TestEngine.shared(version), from: registry)
        let planner = DeployPlanner(driver: moves.driver, hooks: moves.hooks, clock: SystemClock())
        func planned() async throws -> String {
            try await planner.plan(moves.service, Wish(), state: nil, blocks: []).decision
        }
        #expect(try await planned() == "unchanged")
        #expect(try await moves.deploy().outcome == .unchanged)
        let old = try #require(try await moves.container)
        // What the tag stands for is gone, and then the registry is.
        registry.lose(try Digest(try await moves.offer(.web("two"))))
        var record = try await moves.deploy()
        #expect(record.outcome == .failed && record.phase == .plan)
        #expect(record.reason?.contains("the registry \(registry.host)") == true, "\(record.reason ?? "")")
        #expect(try await planned() == "failed")
        await registry.stop()
        record = try await moves.deploy()
        #expect(record.outcome == .failed && record.phase == .plan)
        #expect(
            record.reason?.contains("the registry \(registry.host) cannot be asked") == true,
            "\(record.reason ?? "")")
        #expect(try await planned() == "failed")
        #expect(try await moves.container == old)
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        try await moves.remove()
    }

    @Test("Without a check a release has to run for a while: trap 14", arguments: TestEngine.versions)
    func noCheck(version: String) async throws {
        let moves = try await Moves(
            version,
            health: HealthDefinition(grace: .seconds(10), stable: .seconds(3), interval: .milliseconds(200)))
        try await moves.offer(.exiting(3, after: 1))
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack && record.reason == "health: it exited with code 3")
        try await moves.remove()
    }

    @Test("One that is still starting at the deadline has not passed: trap 15", arguments: TestEngine.versions)
    func starting(version: String) async throws {
        let moves = try await Moves(
            version,
            options: [
                "--health-cmd", "test -z \"$NEW\"", "--health-interval", "500ms", "--health-start-period", "500ms",
                "--health-retries", "1000",
            ],
            health: HealthDefinition(grace: .seconds(1), stable: .milliseconds(100), interval: .milliseconds(100)))
        try await moves.offer(.idle.with { $0.environment = ["NEW": "1"] })
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(record.reason?.contains("its health check is still starting") == true, "\(record.reason ?? "")")
        #expect(try await moves.containers() == ["\(moves.name) running"])
        try await moves.remove()
    }

    @Test("What is kept for another service stays when one lets go of its own: trap 28", arguments: TestEngine.versions)
    func others(version: String) async throws {
        let moves = try await Moves(version)
        let other = try await Moves(version, .idle.with { $0.labels = ["other": Moves.word()] })
        try await other.offer(.web("other"))
        #expect(try await other.deploy().outcome == .deployed)
        for text in ["two", "three", "four"] {
            try await moves.offer(.web(text))
            #expect(try await moves.deploy().outcome == .deployed)
        }
        let kept = try await moves.machine.docker(
            "images", "--format", "{{.Tag}}", "--filter", "reference=grapnel-keep"
        ).split(separator: "\n")
        #expect(kept.count { $0.hasPrefix(other.name + "-") } == 2)
        #expect(kept.count { $0.hasPrefix(moves.name + "-") } == 2)
        try await moves.remove()
        try await other.remove()
    }

    @Test(
        "A container that is gone is not mistaken for one whose id begins like its name", arguments: TestEngine.versions
    )
    func idLikeAName(version: String) async throws {
        let moves = try await Moves(version)
        let id = try #require(try await moves.container?.id)
        #expect(try await moves.engine.container(String(id.prefix(2))) == nil)
        #expect(try await moves.engine.container(String(id.prefix(12)))?.id == id)
        try await moves.remove()
    }

    @Test("Restarts from before the deploy are not held against the one that is back", arguments: TestEngine.versions)
    func oldRestarts(version: String) async throws {
        let network = "gone-" + Moves.word()
        // It fails twice, and runs from then on.
        let restless = TestImage(
            "test -e /tmp/b && exec sleep 1d; test -e /tmp/a && touch /tmp/b; touch /tmp/a; exit 1")
        let moves = try await Moves(version, restless, options: ["--restart", "always"])
        #expect(await wait { (try? await moves.container?.restartCount) == 2 })
        try await moves.machine.docker("network", "create", network)
        try await moves.machine.docker("network", "connect", network, moves.name)
        try await moves.offer(.web("two"))
        moves.journal.after(.beginning("create")) {
            _ = try? await moves.machine.docker("network", "disconnect", network, moves.name)
            _ = try? await moves.machine.docker("network", "rm", network)
        }
        let record = try await moves.deploy()
        #expect(record.reason?.contains("it restarted") == false, "\(record.reason ?? "")")
        #expect(try await moves.container?.isRunning == true)
        try await moves.remove()
    }

    @Test(
        "The check of a new image counts, when its owner chose no more than how often: trap 18",
        arguments: TestEngine.versions)
    func partOfACheck(version: String) async throws {
        let moves = try await Moves(
            version, .idle.with { $0.health = .healthy }, options: ["--health-interval", "200ms"])
        try await moves.offer(.idle.with { $0.health = .unhealthy })
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(record.reason == "health: unhealthy: broken")
        try await moves.remove()
    }

    @Test("A slash at the end of a volume's place makes no second volume", arguments: TestEngine.versions)
    func slash(version: String) async throws {
        let moves = try await Moves(version, options: ["-v", "named-\(Moves.word()):/data/"])
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        try await moves.remove()
    }

    @Test(
        "A container knows itself by its mounts, and the engine's machine is none: trap 29",
        arguments: TestEngine.versions)
    func itself(version: String) async throws {
        let moves = try await Moves(version)
        let id = try #require(try await moves.container?.id)
        let inside = try await moves.machine.docker("exec", moves.name, "cat", "/proc/self/mountinfo")
        #expect(AgentContainer.contains(id, mounts: inside))
        let outside = FileTree(at: "/proc/self", isKept: true).read("mountinfo") ?? ""
        #expect(!outside.isEmpty && !AgentContainer.contains(id, mounts: outside))
        try await moves.remove()
    }
}
