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
    let journal = MemoryJournal()
    let hooks = RecordingHooks()
    /// What the deploys printed.
    let lines = Recorded<String>()
    let service: Service
    /// Where its releases come from; nil when they are built on the engine.
    private let registry: TestRegistry?
    /// The directory of the `config.json` that is used there.
    private let configuration: String?

    /// As short as can be told apart from none.
    static let health = HealthDefinition(
        grace: .seconds(10), stable: .milliseconds(300), interval: .milliseconds(100))

    /// A name that nothing else on a shared engine has.
    static func word() -> String { String(UInt32.random(in: .min ... .max), radix: 36) }

    /// `options` are for `docker create`, and `words` are the command; `image` is what it runs at first. With
    /// `followsContainer` nothing but the container itself says what is to be followed.
    init(
        _ version: String, _ image: TestImage = .idle, options: [String] = [], words: [String] = [],
        starts: Bool = true, followsContainer: Bool = false, health: HealthDefinition = Moves.health
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
        from registry: TestRegistry? = nil, configuration: String? = nil, _ health: HealthDefinition = Moves.health
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

    var driver: ContainerDriver {
        ContainerDriver(
            engine,
            images: EngineImages(
                engine, registries: registries(dockerConfig: configuration.map { $0 + "/config.json" })),
            portPatience: isLong ? .seconds(60) : .seconds(5))
    }

    func coordinator(_ power: PowerSupply = PowerSupply(), beside others: [Service] = []) -> Coordinator {
        Coordinator(
            tools: Coordinator.Tools(
                journal: journal.opened(on: power), drivers: [.container: driver], hooks: hooks.restarted(on: power),
                prober: ScriptedProber(), orphans: RecordingOrphans(), clock: SystemClock()
            ) { [lines] _, progress in
                if case .line(let line) = progress { lines.append(line) }
            },
            services: [service] + others, limits: DeployLimits())
    }

    /// One deploy to its end.
    @discardableResult
    func deploy(_ wish: Wish = Wish()) async throws -> DeployRecord {
        let coordinator = coordinator()
        try await coordinator.start()
        let accepted = try await coordinator.request(name, wish, by: Trigger(.commandLine))
        guard case .queued(let id) = accepted, let record = try await coordinator.outcome(of: id) else {
            throw Problem(.failed, "\(accepted)")
        }
        await coordinator.stop(grace: .seconds(1))
        return record
    }

    /// A life of the agent that asks for a deploy, or takes up what the one before has left, until it has nothing to do
    /// or no power.
    func live(_ power: PowerSupply = PowerSupply()) async {
        let coordinator = coordinator(power)
        do {
            try await coordinator.start()
            if journal.deploys.isEmpty { _ = try await coordinator.request(name, Wish(), by: Trigger(.commandLine)) }
            // Nobody is told of an end that could not be written down.
            #expect(await wait(.seconds(300)) { power.hasFailed || journal.deploys.allSatisfy { $0.outcome != nil } })
        } catch {
            // Without power.
        }
        await coordinator.stop(grace: .zero)
    }

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
