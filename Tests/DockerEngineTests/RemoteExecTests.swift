import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// An engine that may be anywhere: this machine's processes say nothing about it.
struct RemoteExecTests {
    @Test(
        "What runs on an engine elsewhere is ended by the container's shell, or said to run on",
        arguments: TestEngine.versions)
    func timeout(version: String) async throws {
        let files = try await TestCertificates.make()
        let (machine, environment) = try await TestEngine.guarded(version, by: files)
        try await machine.build(.idle, as: "idle")
        try await machine.docker("run", "--detach", "--name", "web", "idle")
        let container = ServiceContainer(environment: environment, client: client)
        let service = Service(name: "web", kind: .container(ContainerDefinition(container: "web")))
        let deploy = Deploy(
            id: DeployID("remote"), service: service, trigger: Trigger(.poll), wish: Wish(), attempt: 1, from: nil)
        func run(_ command: ContainerCommand) async throws -> ContainerCommand.Ending {
            try await container.run(command, for: deploy) { _, _ in }
        }

        #expect(try await run(ContainerCommand(["true"])) == .exited(code: 0))
        let stubborn = ContainerCommand(["sh", "-c", "trap '' TERM; sleep 301; true"], timeout: .seconds(1))
        #expect(try await run(stubborn) == .cutOff(aftermath: "it was ended in the container"))
        #expect(try await !machine.docker("top", "web").contains("sleep 301"))

        _ = try await run(ContainerCommand(["rm", "/bin/sh"]))
        let ending = try await run(ContainerCommand(["sleep", "302"], timeout: .seconds(1)))
        guard case .cutOff(let aftermath) = ending else {
            Issue.record("\(ending)")
            return
        }
        let pid = aftermath.split(separator: " ").compactMap { Int32($0) }.first ?? 0
        #expect(
            aftermath
                == "it still runs in the container, as process \(pid) of the engine's machine: the engine cannot end it, "
                + "and neither this process nor a shell in the container could")
        #expect(String(decoding: FileTree.bytes(at: "/proc/\(pid)/cmdline"), as: UTF8.self) == "sleep\u{0}302\u{0}")

        #expect(
            await problem { _ = try await run(ContainerCommand(["cat"], input: [])) }
                == Problem(
                    .unsupported,
                    "stdin can be given over a unix socket only, and the engine is at \(environment["DOCKER_HOST"] ?? "?")"
                ))
        try await machine.remove()
        #expect(await problem { _ = try await run(ContainerCommand(["true"])) }?.code == .unreachable)
    }
}
