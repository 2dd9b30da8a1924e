import Daemon
import DockerEngine
import HTTPClient
import Lifecycle
import Model
import TestKit
import Testing

/// A container of its own on a shared engine, and the deploys that move it, with a journal in memory whose power can
/// fail at any write.
struct Moves: Sendable {
    let machine: TestEngine
    let engine: Engine
    let name: String
    let trial: DeployTrial
    let service: Service
    let driver: ContainerDriver
    /// Where its releases come from; nil when they are built on the engine.
    private let registry: TestRegistry?
    /// The directory of the `config.json` that is used there.
    private let configuration: String?

    var journal: MemoryJournal { trial.journal }
    var hooks: RecordingHooks { trial.hooks }
    var lines: Recorded<String> { trial.lines }

    /// A name that nothing else on a shared engine has.
    static func word() -> String { String(UInt32.random(in: .min ... .max), radix: 36) }

    /// `options` are for `docker create`, and `words` are the command; `image` is what it runs at first. With
    /// `followsContainer` nothing but the container itself says what is to be followed.
    init(
        _ version: String, _ image: TestImage = .idle, options: [String] = [], words: [String] = [],
        starts: Bool = true, followsContainer: Bool = false, health: HealthDefinition = DeployTrial.health
    ) async throws {
        try await self.init(
            on: try await TestEngine.shared(version), image, options: options, words: words, starts: starts,
            followsContainer: followsContainer, health)
    }

    /// `registry` is where the releases come from, in the place of the engine itself, and `configuration` the directory of
    /// the `config.json` for it.
    init(
        on machine: TestEngine, _ image: TestImage = .idle, options: [String] = [], words: [String] = [],
        starts: Bool = true, followsContainer: Bool = false, through engine: Engine? = nil,
        from registry: TestRegistry? = nil, configuration: String? = nil,
        _ health: HealthDefinition = DeployTrial.health
    ) async throws {
        self.machine = machine
        self.engine = engine ?? Engine(EngineAddress(socket: machine.socket), client: HTTPClient())
        name = "web-" + Moves.word()
        self.registry = registry
        self.configuration = configuration ?? registry?.clientConfiguration
        tag = "\(registry?.host ?? "grapnel-test")/\(name):latest"
        let definition =
            registry == nil ? ContainerDefinition(container: name, pull: .never) : ContainerDefinition(container: name)
        service = Service(
            name: name, kind: .container(definition), image: followsContainer ? nil : try ImageReference(tag),
            health: health)
        let docker = self.configuration.map { $0 + "/config.json" }
        driver = ContainerDriver(
            self.engine, images: EngineImages(self.engine, registries: registries(dockerConfig: docker)),
            portPatience: isLong ? .seconds(60) : .seconds(5))
        trial = DeployTrial(service, by: driver, clock: SystemClock())
        try await offer(image)
        try await machine.docker(
            ["create", "--name", name] + options + [tag] + words, configuration: registry?.clientConfiguration)
        if starts { try await machine.docker("start", name) }
    }

    let tag: String

    /// What the tag stands for from now on: answers the image's id, or with a registry the digest there.
    @discardableResult
    func offer(_ image: TestImage) async throws -> String {
        guard let registry else { return try await machine.build(image, as: tag) }
        return try await registry.publish(image, as: "\(name):latest").description
    }

    func coordinator(_ power: PowerSupply = PowerSupply(), beside others: [Service] = []) -> Coordinator {
        trial.coordinator(power, beside: others)
    }

    @discardableResult
    func deploy(_ wish: Wish = Wish()) async throws -> DeployRecord { try await trial.deploy(wish) }

    func live(_ power: PowerSupply = PowerSupply()) async { #expect(await trial.live(power)) }

    // MARK: - What is there

    var container: Container? { get async throws { try await engine.container(name) } }

    /// Whether a deploy knows what ran, and has not yet found out that what runs now may stay.
    var isUnderWay: Bool {
        get async throws {
            guard let record = journal.deploys.first, record.isUnfinished, record.phase != .settle else { return false }
            return try await journal.entries(of: record.id).contains { $0.step == "seen" }
        }
    }

    /// All containers whose names begin with the service's.
    func containers() async throws -> [String] {
        try await machine.docker("ps", "-a", "--filter", "name=\(name)", "--format", "{{.Names}} {{.State}}")
            .split(separator: "\n").map(String.init).sorted()
    }

    func remove() async throws {
        let names = try await machine.docker("ps", "-aq", "--filter", "name=\(name)").split(separator: "\n")
        if !names.isEmpty { try await machine.docker(["rm", "-f", "-v"] + names.map(String.init)) }
    }
}
