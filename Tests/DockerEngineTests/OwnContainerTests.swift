import Daemon
import DockerEngine
import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

/// `agent.docker.inspect`, `logs` and `restart`, on real engines.
struct OwnContainerTests {
    @Test(
        "A description has what hooks ask for, and passwords for those only who say so", arguments: TestEngine.versions)
    func description(version: String) async throws {
        let network = "net-" + Moves.word()
        let machine = try await TestEngine.shared(version)
        try await machine.docker("network", "create", network)
        let own = try await OwnContainer(
            version, .web("hello").with { $0.health = .healthy },
            options: [
                "-e", "PASSWORD=hunter2", "-e", "EMPTY=", "--label", "team=web", "--network", network,
                "--network-alias",
                "shop",
            ])
        #expect(
            await wait {
                (try? await own.container.describe(own.deploy, environment: false, raw: false))??["health"] == "healthy"
            })
        let found = try #require(try await own.container.describe(own.deploy, environment: false, raw: false))
        #expect(found["name"]?.string == own.name)
        #expect(found["image"]?.string == "grapnel-test/\(own.name):1")
        #expect(found["digest"] == found["image_id"])
        #expect(found["status"] == "running")
        #expect(found["running"] == true)
        #expect(found["exit_code"] == .null)
        #expect(found["restart_count"] == 0)
        #expect(found["started_at"]?.string?.hasPrefix("20") == true)
        #expect(found["finished_at"] == .null)
        #expect(found["labels"]?["team"] == "web")
        let address = try await machine.docker(
            "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", own.name)
        #expect(found["networks"]?[network]?["ip"]?.string == address)
        #expect(found["networks"]?[network]?["aliases"]?.array?.contains("shop") == true)
        #expect(found["ports"] == [["port": 8080, "protocol": "tcp"]])
        #expect(!found.text.contains("hunter2"))
        let raw = try #require(try await own.container.describe(own.deploy, environment: false, raw: true))
        #expect(raw["raw"]?["HostConfig"]?["NetworkMode"]?.string == network)
        #expect(!raw.text.contains("hunter2"))
        let all = try #require(try await own.container.describe(own.deploy, environment: true, raw: true))
        #expect(all["env"]?["PASSWORD"] == "hunter2")
        #expect(all["env"]?["EMPTY"] == "")
        #expect(all["raw"]?["Config"]?["Env"]?.array?.contains("PASSWORD=hunter2") == true)
        try await own.remove()
        try await machine.docker("network", "rm", network)
        #expect(try await own.container.describe(own.deploy, environment: false, raw: false) == nil)
    }

    @Test("One that has ended says how", arguments: TestEngine.versions)
    func ended(version: String) async throws {
        let own = try await OwnContainer(version, .exiting(5))
        #expect(
            await wait {
                (try? await own.container.describe(own.deploy, environment: false, raw: false))??["exit_code"] == 5
            })
        let found = try #require(try await own.container.describe(own.deploy, environment: false, raw: false))
        #expect(found["status"] == "exited")
        #expect(found["finished_at"]?.string?.hasPrefix("20") == true)
        try await own.remove()
    }

    // MARK: - Logs

    @Test("The two streams of a log come apart, and as much of it as was asked for", arguments: TestEngine.versions)
    func log(version: String) async throws {
        let own = try await OwnContainer(version, TestImage("seq 1 5; echo oh >&2; exec sleep 1d"))
        #expect(await wait { (try? await own.log(ContainerLogQuery()))?[.stderr] == "oh\n" })
        #expect(try await own.log(ContainerLogQuery())[.stdout] == "1\n2\n3\n4\n5\n")
        let last = try await own.log(ContainerLogQuery(tail: 2))
        #expect(last[.stdout].split(separator: "\n").count + last[.stderr].split(separator: "\n").count == 2)
        let dated = try await own.log(ContainerLogQuery(timestamps: true))[.stdout]
        #expect(dated.hasPrefix("20") && dated.hasSuffix("Z 5\n"), "\(dated)")
        let now = SystemClock().now()
        #expect(try await own.log(ContainerLogQuery(since: now + .seconds(60)))[.stdout] == "")
        #expect(try await own.log(ContainerLogQuery(since: now + .seconds(-600)))[.stdout] == "1\n2\n3\n4\n5\n")
        try await own.remove()
    }

    @Test("The log of a container with a terminal is one stream without frames", arguments: TestEngine.versions)
    func terminal(version: String) async throws {
        let own = try await OwnContainer(
            version, TestImage("seq 1 3; echo oh >&2; exec sleep 1d"), options: ["--tty"])
        #expect(await wait { (try? await own.log(ContainerLogQuery()))?[.stdout] == "1\r\n2\r\n3\r\noh\r\n" })
        #expect(try await own.log(ContainerLogQuery())[.stderr] == "")
        try await own.remove()
    }

    @Test("One that follows goes on until its time is over, or the container ends", arguments: TestEngine.versions)
    func following(version: String) async throws {
        let own = try await OwnContainer(
            version, TestImage("echo first; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo last"))
        let short = try await own.log(ContainerLogQuery(follow: true, timeout: .seconds(1)))
        #expect(short[.stdout] == "first\n")
        let task = Task { try await own.log(ContainerLogQuery(follow: true)) }
        try await own.machine.docker("exec", own.name, "touch", "/tmp/go")
        #expect(try await task.value[.stdout] == "first\nlast\n")
        try await own.remove()
    }

    @Test("A log that is kept nowhere is the engine's refusal", arguments: TestEngine.versions)
    func unreadable(version: String) async throws {
        let own = try await OwnContainer(version, options: ["--log-driver", "none"])
        let refusal = await problem { _ = try await own.log(ContainerLogQuery()) }
        #expect(refusal?.message == "the engine: configured logging driver does not support reading")
        try await own.remove()
    }

    // MARK: - Restarting

    @Test("A restarted container runs again when the call returns", arguments: TestEngine.versions)
    func restart(version: String) async throws {
        let own = try await OwnContainer(version)
        func started() async throws -> JSON? {
            try await own.container.describe(own.deploy, environment: false, raw: false)?["started_at"]
        }
        let before = try await started()
        try await own.container.restart(own.deploy, timeout: .seconds(60))
        #expect(try await started() != before)
        #expect(try await own.run("true").ending == .exited(code: 0))
        try await own.remove()
    }

    @Test(
        "One that is not running stays so, and one that does not come up again is told of",
        arguments: TestEngine.versions)
    func refusedRestart(version: String) async throws {
        let stopped = try await OwnContainer(version, starts: false)
        #expect(
            await problem { try await stopped.container.restart(stopped.deploy, timeout: .seconds(60)) }
                == Problem(.conflict, "the container \"\(stopped.name)\" is created, expected a running one"))
        try await stopped.remove()
        let broken = try await OwnContainer(version)
        _ = try await broken.run("rm", "/bin/sh")
        let refusal = await problem { try await broken.container.restart(broken.deploy, timeout: .seconds(60)) }
        #expect(refusal?.message.contains("\"/bin/sh\": stat /bin/sh: no such file or directory") == true)
        try await broken.remove()
        let slow = try await OwnContainer(
            version, TestImage("while :; do sleep 0.1; done").with { $0.stopping = .stubborn })
        _ = try await slow.run("sleep", "0.3")
        #expect(
            await problem { try await slow.container.restart(slow.deploy, timeout: .seconds(1)) }
                == Problem(
                    .timeout,
                    "the container \"\(slow.name)\" does not run again after 1s; the engine goes on with it"))
        try await slow.remove()
    }

    @Test("Who shares its namespaces is restarted after it, and shares them again", arguments: TestEngine.versions)
    func dependents(version: String) async throws {
        let own = try await OwnContainer(version)
        let side = own.name + "-side"
        try await own.machine.docker(
            "run", "-d", "--name", side, "--network", "container:\(own.name)", "grapnel-test/\(own.name):1")
        func network(_ name: String) async throws -> String {
            try await own.machine.docker("exec", name, "readlink", "/proc/1/ns/net")
        }
        func started() async throws -> String? {
            try await own.container.describe(own.deploy, environment: false, raw: false)?["started_at"]?.string
        }
        let before = try await started()
        try await own.container.restart(own.deploy, timeout: .seconds(60))
        #expect(try await started() != before)
        #expect(try await network(side) == network(own.name))
        try await own.machine.docker("rm", "-f", side)
        try await own.remove()
    }

    @Test("One that ends at once after a restart is not taken for one that runs")
    func endsAtOnce() async throws {
        let looks = Atomic(0)
        let imitation = ImitatedEngine { line in
            if line.contains("/containers/json") { return "[]" }
            guard line.contains("/web/json") || line.contains("/0123/json") else {
                return line.contains("/restart") ? "" : nil
            }
            let state: JSON =
                switch looks.add(1, ordering: .relaxed).newValue {
                case 1: ["Running": true]
                case 2: ["Running": true, "Restarting": true]
                default: ["Running": false, "ExitCode": 4]
                }
            let container: JSON = ["Id": "0123", "Name": "/web", "State": state]
            return container.text
        }
        let service = Service(name: "web", kind: .container(ContainerDefinition(container: "web")))
        let deploy = Deploy(
            id: DeployID("1"), service: service, trigger: Trigger(.poll), wish: Wish(), attempt: 1, from: nil)
        #expect(
            await problem { try await ServiceContainer(imitation.engine).restart(deploy, timeout: .seconds(60)) }
                == Problem(.failed, "the container \"web\" was restarted and ended with code 4"))
        #expect(looks.load(ordering: .relaxed) == 3)
    }
}
