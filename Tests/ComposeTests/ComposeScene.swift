import Compose
import Daemon
import DockerEngine
import HTTPClient
import Lifecycle
import Model
import Registries
import TestKit
import Testing

/// A compose project of its own on a shared engine, and the deploys that move it.
struct ComposeScene: Sendable {
    let machine: TestEngine
    let compose: TestCompose
    let engine: Engine
    let name: String
    let files = FileTree()
    let registry: TestRegistry
    let driver: ComposeDriver
    let trial: DeployTrial

    static let client = HTTPClient()

    /// The repository of its images, and how its files name it by `IMAGE`.
    var repository: String { "\(registry.host)/\(name)" }
    let file: String
    var text: String { String(decoding: FileTree.bytes(at: file), as: UTF8.self) }
    var journal: MemoryJournal { trial.journal }
    var service: Service { trial.service }

    /// In `text`, `IMAGE` stands for the repository, and `SIDE` for `sideImage`. `starts` brings it up as its owner would.
    init(
        _ version: String, _ compose: TestCompose, _ text: String, _ image: TestImage = .idle,
        environment: String? = nil, beside others: [String: String] = [:], name fileName: String = "compose.yml",
        service: String? = "web", image own: Bool = false, starts: Bool = true,
        health: HealthDefinition = DeployTrial.health, on machine: TestEngine? = nil, sideImage: TestImage? = nil,
        define: (inout ComposeDefinition) -> Void = { _ in }
    ) async throws {
        if let machine { self.machine = machine } else { self.machine = try await TestEngine.shared(version) }
        self.compose = compose
        registry = try await TestRegistry.shared()
        engine = Engine(EngineAddress(socket: self.machine.socket), client: ComposeScene.client)
        name = "site" + String(UInt32.random(in: .min ... .max), radix: 36)
        let repository = "\(registry.host)/\(name)"
        func filled(_ text: String) -> String {
            text.replacing("IMAGE", with: repository).replacing("SIDE", with: repository + "-side:1.0")
        }
        file = files.file(fileName, filled(text))
        for (name, text) in others { files.file(name, filled(text)) }
        if let environment { files.file(".env", filled(environment)) }
        var definition = ComposeDefinition(files: [file], project: name, service: service, timeout: .seconds(60))
        define(&definition)
        let own = Service(
            name: name, kind: .compose(definition), image: service == nil || own ? try ImageReference(repository) : nil,
            health: health)
        let registries = RegistryClient(
            RegistryServers(http: ComposeScene.client, clock: SystemClock(), environment: [:]), registries: [:],
            credentials: CredentialFinder(registries: [:], dockerConfig: nil, environment: [:]))
        var variables = try await compose.environment()
        variables["HOME"] = files.path
        driver = ComposeDriver(
            EngineHost(engine, images: EngineImages(engine, registries: registries)), environment: variables)
        trial = DeployTrial(own, by: driver, clock: SystemClock())
        try await offer(image)
        if let sideImage { try await registry.publish(sideImage, as: "\(name)-side:1.0") }
        if starts { try await up() }
    }

    /// What the tag stands for from now on: answers the digest in the registry.
    @discardableResult
    func offer(_ image: TestImage, as tag: String = "1.0") async throws -> String {
        // The engine that builds may be this one, and it forgets what it has pushed.
        let reference = try ImageReference("\(repository):\(tag)")
        let known = try await engine.image(reference)?.id
        let digest = try await registry.publish(image, as: "\(name):\(tag)").description
        if let known { try await engine.tag(known, as: reference) }
        return digest
    }

    /// What the project's owner types.
    @discardableResult
    func up(_ words: String...) async throws -> String {
        try await compose.run(["-p", name, "up", "-d"] + words, in: files.path, on: machine.host)
    }

    @discardableResult
    func run(_ words: String...) async throws -> String {
        try await compose.run(["-p", name] + words, in: files.path, on: machine.host)
    }

    // MARK: - What is there

    /// Of a service: in the order of their numbers.
    func containers(_ service: String = "web") async throws -> [Container] {
        let ids = try await machine.docker(
            "ps", "-aq", "--no-trunc", "--filter", "label=com.docker.compose.project=\(name)", "--filter",
            "label=com.docker.compose.service=\(service)")
        var found: [Container] = []
        for id in ids.split(separator: "\n") {
            if let container = try await engine.container(String(id)) { found.append(container) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// By the digests that the registry has for what they run.
    func digests(_ service: String = "web") async throws -> [String] {
        var digests: [String] = []
        for container in try await containers(service) {
            let image = try await engine.image(id: try Digest(container.imageID))
            digests.append(image?.digest(in: try ImageReference(repository)).description ?? "none")
        }
        return digests
    }

    /// All containers of the project, with their states.
    func states() async throws -> [String] {
        let lines = try await machine.docker(
            "ps", "-a", "--filter", "label=com.docker.compose.project=\(name)", "--format", "{{.Names}} {{.State}}")
        return lines.split(separator: "\n").map(String.init).sorted()
    }

    func remove() async throws {
        let names = try await machine.docker("ps", "-aq", "--filter", "label=com.docker.compose.project=\(name)")
            .split(separator: "\n")
        if !names.isEmpty { try await machine.docker(["rm", "-f", "-v"] + names.map(String.init)) }
        let networks = try await machine.docker(
            "network", "ls", "-q", "--filter", "label=com.docker.compose.project=\(name)"
        ).split(separator: "\n")
        if !networks.isEmpty { try await machine.docker(["network", "rm"] + networks.map(String.init)) }
    }
}
