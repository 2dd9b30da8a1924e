import Compose
import Daemon
import DockerEngine
import HTTPClient
import Hooks
import Journal
import Lifecycle
import Model
import Probes
import Registries
import Scripts
import Settings

/// Puts the modules together: the only place that knows them all.
struct Wiring {
    /// What stays the same over a reload.
    struct Tools: Sendable {
        let journal: DatabaseJournal
        let hub: ProgressHub
        let log: Log
    }

    let home: Home
    let environment: [String: String]
    private let http = HTTPClient()
    private let clock = SystemClock()
    private let turns = ContainerTurns()
    private let servers: RegistryServers

    init(home: Home, environment: [String: String]) {
        self.home = home
        self.environment = environment
        servers = RegistryServers(http: http, clock: clock, environment: environment)
    }

    /// For commands to which only the settings themselves matter. All of their mistakes at once, each with its file,
    /// line and column.
    func load() throws(Problem) -> LoadedSettings {
        do throws(SettingsMistakes) {
            return try Settings.load(home, environment: environment)
        } catch {
            throw error.problem
        }
    }

    func journalOptions(_ settings: Settings) -> JournalOptions {
        var options = JournalOptions(state: home.state, backupDirectory: settings.state.backupDirectory)
        options.backups = settings.state.backups
        options.historyLength = settings.deploys.keep
        return options
    }

    /// For those who only look: as far as the settings can be read.
    func journalOptions() -> JournalOptions {
        (try? load()).map { journalOptions($0.settings) } ?? JournalOptions(state: home.state)
    }

    func parts(_ examination: Examination, _ tools: Tools) throws(Problem) -> AgentParts {
        let settings = examination.settings
        var surroundings = hookSurroundings(settings, store: tools.journal) { [hub = tools.hub] deploy, line in
            hub.report(deploy, .line(line))
        }
        surroundings.warn = { [hub = tools.hub] in hub.report($0, .warning($1)) }
        let registries = registries(settings, examination.plugins) { [log = tools.log] in log.info($0) }
        let quiet = hookSurroundings(settings, store: tools.journal) { _, _ in }
        return AgentParts(
            services: settings.services, limits: settings.deploys, drivers: try drivers(settings, registries),
            hooks: HookDirectory(home: home, plugins: examination.plugins, surroundings: surroundings), prober: prober,
            channels: try examination.plugins.channels(settings, surroundings) { [log = tools.log] in log.info($0) },
            keeper: keptImages, warnings: examination.brokenHooks + examination.warnings,
            search: search(examination, tools),
            pollDrivers: try drivers(settings, SharedAnswers(registries, clock: clock), forLooks: true),
            quietHooks: HookDirectory(home: home, plugins: examination.plugins, surroundings: quiet), quotas: servers)
    }

    /// For `plan` without an agent.
    func planner(for service: Service, _ loaded: LoadedSettings) async throws(Problem) -> DeployPlanner {
        let plugins = await PluginCatalog.load(directories: home.pluginDirectories)
        let drivers = try drivers(loaded.settings, registries(loaded.settings, plugins))
        guard let driver = drivers[service.kind.driver] else {
            throw Problem.unbuiltDriver(service)
        }
        let surroundings = hookSurroundings(loaded.settings, store: ForgetfulStore()) { _, _ in }
        return DeployPlanner(
            driver: driver, hooks: HookDirectory(home: home, plugins: plugins, surroundings: surroundings), clock: clock
        )
    }

    func hookSurroundings(
        _ settings: Settings, store: any HookStore, log: @escaping @Sendable (DeployID, String) -> Void
    ) -> HookSurroundings {
        HookSurroundings(
            limits: settings.hooks,
            services: HostServices(
                clock: clock, http: http, store: store, environment: environment, secrets: settings.secrets,
                container: ServiceContainer(environment: environment, client: http)),
            log: log)
    }

    private func drivers(
        _ settings: Settings, _ registries: any ImageRegistries, forLooks: Bool = false
    ) throws(Problem) -> [Driver: any ServiceDriver] {
        let engine: Engine
        do throws(Problem) {
            engine = try self.engine()
        } catch {
            // Whoever moves no container need not have an engine, nor a DOCKER_HOST that this program understands.
            if settings.hasContainers { throw error }
            return [.script: scripts]
        }
        // Its own: that a registry is slow must not look like an engine that went away.
        let images = EngineImages(try self.engine(), registries: registries, asksEngine: !forLooks)
        return [
            .script: scripts, .container: ContainerDriver(engine, images: images, turns: turns),
            .compose: ComposeDriver(EngineHost(try self.engine(), images: images), environment: environment),
            .swarm: SwarmDriver(engine, images: images, registries: registries),
        ]
    }

    func composeExamination(_ examination: Examination) throws(Problem) -> ComposeExamination {
        let registries = registries(examination.settings, examination.plugins)
        let images = EngineImages(try engine(), registries: registries)
        return ComposeExamination(ComposeDriver(EngineHost(try engine(), images: images), environment: environment))
    }

    func engine() throws(Problem) -> Engine { try Engine(environment: environment, client: http) }

    private func registries(
        _ settings: Settings, _ plugins: PluginCatalog, log: @escaping @Sendable (String) -> Void = { _ in }
    ) -> RegistryClient {
        let surroundings = hookSurroundings(settings, store: ForgetfulStore()) { _, _ in }
        let helpers: CredentialFinder.Helpers = { use in
            (try? plugins.find(.registry, use.plugin)).map { plugin in
                RegistryPlugin(plugin, use, surroundings: surroundings, log: log)
            }
        }
        let finder = CredentialFinder(
            registries: settings.registries, dockerConfig: settings.dockerConfig, environment: environment,
            loans: servers.loans, helpers: helpers)
        return RegistryClient(servers, registries: settings.registries, credentials: finder, helpers: helpers)
    }

    var keptImages: KeptImages {
        KeptImages { [self] () throws(Problem) in try engine() }
    }

    func engineExamination(_ examination: Examination, _ services: [Service]) -> EngineExamination {
        EngineExamination(
            environment: environment, services: services,
            registries: registries(examination.settings, examination.plugins), client: http)
    }

    var scripts: ScriptDriver { ScriptDriver(environment: environment, directory: home.directory) }

    private var prober: ServiceProber {
        ServiceProber(environment: environment, directory: home.directory, client: http)
    }
}

extension DatabaseJournal: HookStore {}
extension ServiceContainer: HookContainer {}
