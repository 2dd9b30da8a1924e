import Model
import TestKit
import Testing

/// A home whose service `web` follows a repository of a registry.
struct PollStand: ProgramHome {
    let tree = FileTree()
    let machine: TestEngine
    let registry: TestRegistry
    let name: String
    private let registries: String

    init(
        _ version: String, _ registry: TestRegistry, track: String, more: String = "", registries: String = "{}"
    ) async throws {
        machine = try await TestEngine.shared(version)
        self.registry = registry
        name = "poll-" + String(UInt32.random(in: .min ... .max), radix: 36)
        self.registries = registries
        write(track, more)
        try await publish("1.0.0")
        try await machine.docker(
            "run", "-d", "--name", name, "\(registry.host)/\(name):1.0.0",
            configuration: registry.isProtected ? registry.clientConfiguration : nil)
    }

    func write(_ track: String, _ more: String = "") {
        tree.file(
            "grapnel.yaml",
            """
            poll: 1s
            registries: \(registries)
            services:
              web:
                container: \(name)
                image: \(registry.host)/\(name)
                track: \(track)
                health: { interval: 100ms, stable: 200ms, grace: 20s }
                \(more)
            """)
    }

    @discardableResult
    func publish(_ tag: String, _ image: TestImage = .idle) async throws -> Digest {
        try await registry.publish(image.with { $0.environment = ["RELEASE": tag] }, as: "\(name):\(tag)")
    }

    var environment: [String: String] { ["DOCKER_HOST": machine.host] }

    func runs() async throws -> String { try await machine.docker("exec", name, "sh", "-c", "echo $RELEASE") }
    func poll() async throws -> JSON { try await status()["poll"] ?? .null }

    func withAgent(_ body: (RunningAgent) async throws -> Void) async throws {
        let agent = RunningAgent(program, environment: environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        try await body(agent)
        await agent.stop()
    }

    func remove() async throws { try await machine.docker("rm", "-f", "-v", name) }
}
