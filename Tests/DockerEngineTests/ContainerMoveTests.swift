import DockerEngine
import Lifecycle
import Model
import Processes
import TestKit
import Testing

/// Whole deploys of a container on real engines.
struct ContainerMoveTests {
    @Test("A good release takes the place of the old one, with nothing left over", arguments: TestEngine.versions)
    func good(version: String) async throws {
        let moves = try await Moves(version)
        let old = try #require(try await moves.container)
        let image = try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        let new = try #require(try await moves.container)
        #expect(new.id != old.id)
        #expect(new.imageID == image && record.to?.identity == image)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        #expect(try await moves.deploy().outcome == .unchanged)
        try await moves.remove()
    }

    @Test(
        "A release that ends at once is undone, and the old container is the one it was", arguments: TestEngine.versions
    )
    func bad(version: String) async throws {
        let moves = try await Moves(version, options: ["--restart", "unless-stopped"])
        let old = try #require(try await moves.container)
        try await moves.offer(.exiting(3))
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack)
        let back = try #require(try await moves.container)
        #expect(back.id == old.id && back.isRunning)
        #expect(back.restartPolicy == old.restartPolicy)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        #expect(try await moves.journal.blocks(service: moves.name).map(\.release) == [record.to])
        try await moves.remove()
    }

    @Test("A new container that cannot be removed does not keep the old one down", arguments: TestEngine.versions)
    func immovable(version: String) async throws {
        let moves = try await Moves(version, options: ["--restart", "always"])
        let old = try #require(try await moves.container)
        try await moves.offer(.exiting(3))
        let log = Recorded<String>()
        // The engine then leaves it half removed, with its name and its policy.
        moves.journal.after(.beginning("remove-new")) {
            guard let path = try? await moves.container?.json["LogPath"]?.string else { return }
            log.append(path)
            _ = try? await Process.run(ProcessSpec(["/usr/bin/chattr", "+i", path]))
        }
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "")")
        let back = try #require(try await moves.container)
        #expect(back.id == old.id && back.isRunning && back.restartPolicy == old.restartPolicy)
        #expect(try await moves.containers() == ["\(moves.name) running", "\(moves.name)-new-\(record.id) dead"])
        let undone = try await Process.run(ProcessSpec(["/usr/bin/chattr", "-i", try #require(log.all.first)]))
        #expect(undone.ending == .exited(0))
        try await moves.remove()
    }

    @Test("A release that does not start is undone", arguments: TestEngine.versions)
    func doesNotStart(version: String) async throws {
        let moves = try await Moves(version)
        let old = try #require(try await moves.container)
        try await moves.offer(.idle.with { $0.user = "ghost" })
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack)
        #expect(record.reason?.hasPrefix("up: the new container does not start: the engine: ") == true)
        #expect(try await moves.container?.id == old.id)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        try await moves.remove()
    }

    @Test(
        "What its owner chose is kept, and what came from the old image is not: trap 18", arguments: TestEngine.versions
    )
    func settings(version: String) async throws {
        let network = "net-" + Moves.word()
        let machine = try await TestEngine.shared(version)
        try await machine.docker("network", "create", network)
        try await machine.docker("network", "create", network + "-2")
        let first = TestImage.idle.with {
            $0.environment = ["MODE": "old", "KEPT": "image"]
            $0.labels = ["from": "old image"]
            $0.volumes = ["/data"]
        }
        let moves = try await Moves(
            version, first,
            options: [
                "--network", network, "--network-alias", "db", "-e", "OWN=1", "-e", "KEPT=owner", "--label", "own=yes",
                "--memory", "64m", "--cap-drop", "NET_RAW", "--restart", "on-failure:3", "--hostname", "fixed",
                "-v", "named-\(network):/named", "--log-opt", "max-size=1m", "--init",
            ])
        try await machine.docker("network", "connect", "--alias", "second", network + "-2", moves.name)
        let old = try #require(try await moves.container)
        try await machine.docker("exec", moves.name, "sh", "-c", "echo precious >/data/file")
        try await moves.offer(
            .idle.with {
                $0.environment = ["MODE": "new", "KEPT": "image"]
                $0.volumes = ["/data"]
            })
        #expect(try await moves.deploy().outcome == .deployed)
        let new = try #require(try await moves.container)
        let environment = Set((new.config["Env"]?.array ?? []).compactMap(\.string))
        #expect(environment.isSuperset(of: ["MODE=new", "KEPT=owner", "OWN=1"]))
        #expect(!environment.contains("MODE=old"))
        #expect(new.labels["own"] == "yes" && new.labels["from"] == nil)
        #expect(new.config["Hostname"] == "fixed")
        #expect(new.restartPolicy == old.restartPolicy)
        for key in ["Memory", "CapDrop", "LogConfig", "Init", "NetworkMode"] {
            #expect(new.hostConfig[key] == old.hostConfig[key], "\(key)")
        }
        let networks = new.json["NetworkSettings"]?["Networks"]
        #expect(Set(networks?.object?.pairs.map(\.key) ?? []) == [network, network + "-2"])
        let aliases = Set((networks?[network]?["Aliases"]?.array ?? []).compactMap(\.string))
        #expect(aliases.contains("db") && !aliases.contains(old.shortID))
        #expect(try await machine.docker("exec", moves.name, "cat", "/data/file") == "precious")
        // Once more: what the engine adds to what it is given must not pile up.
        try await moves.offer(.idle.with { $0.environment = ["MODE": "third"] })
        #expect(try await moves.deploy().outcome == .deployed)
        let third = try #require(try await moves.container)
        #expect(third.hostConfig["Binds"]?.array?.count == new.hostConfig["Binds"]?.array?.count)
        #expect(try await machine.docker("exec", moves.name, "cat", "/data/file") == "precious")
        try await moves.remove()
        try await machine.docker("network", "rm", network, network + "-2")
    }

    @Test(
        "The data of a volume without a name outlives a release that is undone: trap 21", arguments: TestEngine.versions
    )
    func anonymousVolume(version: String) async throws {
        let moves = try await Moves(version, .idle.with { $0.volumes = ["/data"] })
        try await moves.machine.docker("exec", moves.name, "sh", "-c", "echo precious >/data/file")
        let volumes = try await moves.machine.docker("volume", "ls", "-q").split(separator: "\n").sorted()
        try await moves.offer(
            .exiting(1).with {
                $0.volumes = ["/data", "/more"]
            })
        #expect(try await moves.deploy().outcome == .rolledBack)
        #expect(try await moves.machine.docker("exec", moves.name, "cat", "/data/file") == "precious")
        // And the volume that only the new one had is gone with it.
        #expect(try await moves.machine.docker("volume", "ls", "-q").split(separator: "\n").sorted() == volumes)
        try await moves.remove()
    }

    @Test("A tag that a person chooses once is not followed from then on", arguments: TestEngine.versions)
    func chosenOnce(version: String) async throws {
        let moves = try await Moves(version, followsContainer: true)
        let latest = try await moves.offer(.web("two"))
        let special = try await moves.machine.build(.web("special"), as: "grapnel-test/\(moves.name):special")
        #expect(try await moves.deploy(Wish(.tag("special"))).outcome == .deployed)
        #expect(try await moves.container?.imageID == special)
        #expect(try await moves.container?.runningImage?.tag == "special")
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(record.from?.shortText.contains(":special@") == true, "\(record.from?.shortText ?? "")")
        #expect(try await moves.container?.imageID == latest)
        #expect(try await moves.container?.labels["grapnel.runs"] == nil)
        try await moves.remove()
    }

    @Test("A container that would vanish at its stop is refused before anything stops", arguments: TestEngine.versions)
    func removed(version: String) async throws {
        let moves = try await Moves(version, options: ["--rm"])
        let old = try #require(try await moves.container)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        #expect(record.reason?.contains("was made with --rm") == true)
        #expect(try await moves.container?.id == old.id)
        #expect(try await moves.container?.isRunning == true)
        try await moves.remove()
    }

    @Test("What was stopped stays stopped: trap 17", arguments: TestEngine.versions)
    func stopped(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.machine.docker("stop", moves.name)
        let image = try await moves.offer(.web("two"))
        #expect(try await moves.deploy().outcome == .deployed)
        #expect(try await moves.container?.imageID == image)
        #expect(try await moves.container?.isRunning == false)
        try await moves.remove()
    }
}
