import DockerEngine
import Lifecycle
import Model
import Processes
import TestKit
import Testing

/// `agent.docker.exec`, on real engines.
struct ExecTests {
    @Test("Exit codes come back, and the two streams apart", arguments: TestEngine.versions)
    func endings(version: String) async throws {
        let own = try await OwnContainer(version)
        let run = try await own.run("sh", "-c", "echo out; echo err >&2; printf more; exit 7")
        #expect(run.ending == .exited(code: 7))
        #expect(run.stdout == "out\nmore")
        #expect(run.stderr == "err\n")
        #expect(try await own.run("true").ending == .exited(code: 0))
        #expect(try await own.run("sh", "-c", "kill -9 $$").ending == .exited(code: 137))
        // What a program answers is its own, also where the engine has the same codes for what cannot be started.
        #expect(try await own.run("sh", "-c", "exit 126").ending == .exited(code: 126))
        try await own.remove()
    }

    @Test("User, environment and directory are the ones that were asked for", arguments: TestEngine.versions)
    func surroundings(version: String) async throws {
        let own = try await OwnContainer(version, .idle.with { $0.environment = ["A": "image", "B": "image"] })
        var command = ContainerCommand(["sh", "-c", "id -un; pwd; echo $A $B $GRAPNEL_DEPLOY"])
        command.user = "nobody"
        command.directory = "/etc"
        command.environment = ["A": "own", "GRAPNEL_DEPLOY": "forged"]
        #expect(try await own.run(command).stdout == "nobody\n/etc\nown image \(own.deploy.id)\n")
        try await own.remove()
    }

    @Test("A program reads what it is given, to the end of it", arguments: TestEngine.versions)
    func input(version: String) async throws {
        let own = try await OwnContainer(version)
        let text = String(repeating: "0123456789abcde\n", count: 1 << 16)
        var command = ContainerCommand(
            ["sh", "-c", "cat; echo done >&2; exit 3"], input: Array(text.utf8), timeout: .seconds(60))
        let run = try await own.run(command)
        #expect(run.ending == .exited(code: 3))
        #expect(run.stdout == text)
        #expect(run.stderr == "done\n")
        command = ContainerCommand(["wc", "-c"], input: [])
        #expect(try await own.run(command).stdout == "0\n")
        // One that reads nothing and ends is not waited for.
        command = ContainerCommand(["sh", "-c", "exec <&-; echo done"], input: Array(text.utf8))
        #expect(try await own.run(command).stdout == "done\n")
        command = ContainerCommand(["cat"], input: [])
        command.arguments = ["no-such-program"]
        #expect(
            await problem { _ = try await own.run(command) }?.message.contains("executable file not found") == true)
        try await own.remove()
    }

    @Test("Output of any size comes through, in order", arguments: TestEngine.versions)
    func flood(version: String) async throws {
        let own = try await OwnContainer(version)
        let run = try await own.run("sh", "-c", "seq 1 300000; seq 1 1000 >&2")
        #expect(run.ending == .exited(code: 0))
        #expect(run.stdout.utf8.count == 1_988_895)
        #expect(run.stdout.hasPrefix("1\n2\n") && run.stdout.hasSuffix("299999\n300000\n"))
        #expect(run.stderr.hasSuffix("\n999\n1000\n"))
        try await own.remove()
    }

    @Test("What cannot be started is a problem with the engine's reason", arguments: TestEngine.versions)
    func unstartable(version: String) async throws {
        let own = try await OwnContainer(version)
        let missing = await problem { _ = try await own.run("no-such-program") }
        #expect(missing?.message.hasPrefix("\"no-such-program\" cannot be started: OCI runtime exec failed") == true)
        #expect(missing?.message.hasSuffix("executable file not found in $PATH: unknown") == true)
        var command = ContainerCommand(["true"])
        command.user = "nobody-here"
        #expect(
            await problem { _ = try await own.run(command) }?.message.contains("unable to find user nobody-here")
                == true)
        try await own.remove()
    }

    @Test("An image without a shell runs what it has", arguments: TestEngine.versions)
    func shellless(version: String) async throws {
        let own = try await OwnContainer(version)
        try await own.machine.docker("exec", own.name, "rm", "/bin/sh")
        #expect(
            await problem { _ = try await own.run("sh", "-c", "true") }?.message.contains("cannot be started") == true)
        #expect(try await own.run("/bin/busybox", "echo", "hello").stdout == "hello\n")
        // The shell is the second way to end it, and not the first.
        #expect(
            try await own.run(ContainerCommand(["/bin/busybox", "sleep", "300"], timeout: .seconds(1))).ending
                == .cutOff(aftermath: "it was ended in the container"))
        try await own.remove()
    }

    @Test("A container that does not run is refused, and so is one that is not there", arguments: TestEngine.versions)
    func absent(version: String) async throws {
        let own = try await OwnContainer(version, starts: false)
        #expect(
            await problem { _ = try await own.run("true") }
                == Problem(.conflict, "the container \"\(own.name)\" is created, expected a running one"))
        try await own.machine.docker("start", own.name)
        try await own.machine.docker("pause", own.name)
        #expect(
            await problem { _ = try await own.run("true") }
                == Problem(.conflict, "the container \"\(own.name)\" is paused, expected a running one"))
        try await own.remove()
        #expect(
            await problem { _ = try await own.run("true") }
                == Problem(.notFound, "there is no container \"\(own.name)\""))
    }

    @Test("A name that is the beginning of another container's id means no container", arguments: TestEngine.versions)
    func prefix(version: String) async throws {
        let own = try await OwnContainer(version)
        let id = try await own.machine.docker("inspect", "--format", "{{.Id}}", own.name)
        let service = Service(
            name: "web", kind: .container(ContainerDefinition(container: String(id.prefix(12)))))
        let deploy = Deploy(
            id: own.deploy.id, service: service, trigger: own.deploy.trigger, wish: Wish(), attempt: 1, from: nil)
        #expect(try await own.container.describe(deploy, environment: false, raw: false) == nil)
        try await own.remove()
    }

    @Test("One whose time is over is ended with all that it started", arguments: TestEngine.versions)
    func timeout(version: String) async throws {
        let own = try await OwnContainer(version)
        let run = try await own.run(
            ContainerCommand(["sh", "-c", "echo begun; (sleep 300) & (trap '' TERM; sleep 301)"], timeout: .seconds(2)))
        #expect(run.ending == .cutOff(aftermath: "it was ended in the container"))
        #expect(run.stdout == "begun\n")
        #expect(own.processes == [])
        #expect(try await !own.machine.docker("top", own.name).contains("sleep 30"))
        // The same with an input, which goes another way.
        let reading = ContainerCommand(["sleep", "302"], input: [], timeout: .seconds(1))
        #expect(try await own.run(reading).ending == .cutOff(aftermath: "it was ended in the container"))
        #expect(own.processes == [])
        try await own.remove()
    }

    @Test("One whose caller is cancelled is ended too", arguments: TestEngine.versions)
    func cancelled(version: String) async throws {
        let own = try await OwnContainer(version)
        let task = Task { try await own.run("sleep", "303") }
        #expect(await wait { own.processes != [] })
        task.cancel()
        #expect(try await task.value.ending == .cutOff(aftermath: "it was ended in the container"))
        #expect(own.processes == [])
        try await own.remove()
    }

    @Test("What a killed agent leaves running in a container, its next start ends", arguments: TestEngine.versions)
    func orphan(version: String) async throws {
        let own = try await OwnContainer(version)
        let task = Task { try await own.run("sleep", "304") }
        #expect(await wait { own.processes != [] })
        _ = try await DeployChildren.end(marker: DeployEnvironment.marker, value: own.deploy.id.text)
        #expect(own.processes == [])
        #expect(try await task.value.ending == .exited(code: 143))
        try await own.remove()
    }

    @Test("One that somebody ends with its container has the code of that", arguments: TestEngine.versions)
    func killed(version: String) async throws {
        let own = try await OwnContainer(version)
        let task = Task { try await own.run("sleep", "305") }
        #expect(await wait { own.processes != [] })
        try await own.machine.docker("kill", own.name)
        #expect(try await task.value.ending == .exited(code: 137))
        try await own.remove()
    }
}
