import Daemon
import HTTPClient
import Hooks
import Journal
import Lifecycle
import Model
import Probes
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

    init(home: Home, environment: [String: String]) {
        self.home = home
        self.environment = environment
    }

    /// All mistakes at once, each with its file, line and column.
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

    func parts(_ loaded: LoadedSettings, _ tools: Tools) async throws(Problem) -> AgentParts {
        let settings = loaded.settings
        var surroundings = hookSurroundings(settings, store: tools.journal) { [hub = tools.hub] deploy, line in
            hub.report(deploy, .line(line))
        }
        surroundings.warn = { [hub = tools.hub] in hub.report($0, .warning($1)) }
        let plugins = await PluginCatalog.load(directories: home.pluginDirectories)
        let mistakes = plugins.mistakes(in: settings)
        guard mistakes.isEmpty else { throw SettingsMistakes(mistakes: mistakes).problem }
        return AgentParts(
            services: settings.services, limits: settings.deploys, drivers: drivers,
            hooks: HookDirectory(home: home, surroundings: surroundings), prober: prober,
            channels: try plugins.channels(settings, surroundings) { [log = tools.log] in log.info($0) },
            warnings: loaded.warnings.map { "\($0)" } + hookWarnings() + plugins.broken.map { "\($0)" })
    }

    /// For `plan` without an agent.
    func planner(for service: Service, _ loaded: LoadedSettings) throws(Problem) -> DeployPlanner {
        guard let driver = drivers[service.kind.driver] else { throw Problem.unbuiltDriver(service) }
        let surroundings = hookSurroundings(loaded.settings, store: ForgetfulStore()) { _, _ in }
        return DeployPlanner(
            driver: driver, hooks: HookDirectory(home: home, surroundings: surroundings), clock: clock)
    }

    func hookSurroundings(
        _ settings: Settings, store: any HookStore, log: @escaping @Sendable (DeployID, String) -> Void
    ) -> HookSurroundings {
        HookSurroundings(
            limits: settings.hooks,
            services: HostServices(
                clock: clock, http: http, store: store, environment: environment, secrets: settings.secrets),
            log: log)
    }

    private var drivers: [Driver: any ServiceDriver] {
        [.script: ScriptDriver(environment: environment, directory: home.directory)]
    }

    private var prober: ServiceProber {
        ServiceProber(environment: environment, directory: home.directory, client: http)
    }

    private func hookWarnings() -> [String] {
        HookFinder(directories: home.hookDirectories).survey().compactMap { file in
            switch file.status {
            // What the owner did on purpose is no warning.
            case .active, .replaced, .disabled: nil
            case .ignored, .unreadable: file.remark.map { "\(file.path): \($0)" }
            }
        }
    }
}

// MARK: - Checking

extension Wiring {
    struct Findings {
        var mistakes: [String] = []
        var warnings: [String] = []
    }

    /// Everything that `check` and `doctor` say about the files.
    func check() async -> Findings {
        var findings = Findings()
        let plugins = await PluginCatalog.load(directories: home.pluginDirectories)
        do throws(SettingsMistakes) {
            let loaded = try Settings.load(home, environment: environment)
            findings.warnings = loaded.warnings.map { "\($0)" }
            findings.mistakes = plugins.mistakes(in: loaded.settings).map { "\($0)" }
        } catch {
            findings.mistakes = error.mistakes.map { "\($0)" }
        }
        findings.warnings += hookWarnings() + plugins.broken.map { "\($0)" }
        return findings
    }
}

extension DatabaseJournal: HookStore {}
