import Daemon
import DockerEngine
import HTTPClient
import Lifecycle
import Model
import TestKit
import Testing

/// A service of a Swarm that is one machine, and the deploys that move it.
struct SwarmScene: Sendable {
    let machine: TestEngine
    let engine: Engine
    let name: String
    let registry: TestRegistry
    let trial: DeployTrial

    var repository: String { "\(registry.host)/\(name)" }
    var journal: MemoryJournal { trial.journal }

    /// A Swarm of its own: shared by the tests of one function, since it takes its time.
    static func machine(_ version: String) async throws -> TestEngine {
        let machine = try await TestEngine.private(version)
        let port = UInt16.random(in: 20_000..<30_000)
        try await machine.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:\(port)")
        return machine
    }

    /// `options` are for `docker service create`.
    init(
        on machine: TestEngine, _ options: [String] = [], _ image: TestImage = .idle,
        health: HealthDefinition = DeployTrial.health, patience: Duration = .seconds(20)
    ) async throws {
        self.machine = machine
        engine = Engine(EngineAddress(socket: machine.socket), client: client)
        registry = try await TestRegistry.shared()
        name = "shop_" + Moves.word()
        let own = Service(
            name: name.replacing("_", with: "-"), kind: .swarm(SwarmDefinition(service: name)), health: health)
        let registries = registries(environment: ["DOCKER_CONFIG": "/nonexistent"])
        trial = DeployTrial(
            own,
            by: SwarmDriver(
                engine, images: EngineImages(engine, registries: registries), registries: registries, patience: patience
            ),
            clock: SystemClock())
        try await offer(image)
        try await machine.docker(
            ["service", "create", "--quiet", "--name", name, "--restart-delay", "200ms", "--update-monitor", "1s"]
                + options
                + ["\(repository):1.0"])
    }

    @discardableResult
    func offer(_ image: TestImage) async throws -> String {
        try await registry.publish(image, as: "\(name):1.0").description
    }

    var spec: JSON {
        get async throws {
            let text = try await machine.docker("service", "inspect", name)
            return try JSON(parsing: text)[0]?["Spec"] ?? .null
        }
    }

    /// The images of the containers that run, by their digests.
    func running() async throws -> [String] {
        let ids = try await machine.docker(
            "ps", "-q", "--no-trunc", "--filter", "label=com.docker.swarm.service.name=\(name)")
        var digests: [String] = []
        for id in ids.split(separator: "\n") {
            guard let container = try await engine.container(String(id)) else { continue }
            let image = try await engine.image(id: try Digest(container.imageID))
            digests.append(image?.digest(in: try ImageReference(repository)).description ?? "none")
        }
        return digests
    }

    func remove() async throws { try await machine.docker("service", "rm", name) }
}

extension JSON {
    /// Without the image, which is what a deploy changes.
    var withoutImage: JSON {
        guard var members = object else { return self }
        var template = members["TaskTemplate"]?.object ?? Members()
        var container = template["ContainerSpec"]?.object ?? Members()
        container["Image"] = nil
        template["ContainerSpec"] = .object(container)
        members["TaskTemplate"] = .object(template)
        return .object(members)
    }
}
