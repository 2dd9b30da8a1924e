import Hooks
import Model
import Settings

/// All that can be said about the files of a home: settings, plugins and hooks.
struct Examination: Sendable {
    /// Without what is wrong in them.
    let settings: Settings
    /// What is wrong in the settings, and in how they use plugins, in the order of the files and their lines.
    let mistakes: [SettingsMistake]
    let plugins: PluginCatalog
    let hooks: [HookFile]
    /// What there is of containers with labels.
    let sighting: Sighting
    /// What they say. An agent finds that out for itself, again and again.
    let labelled: LabelledServices
    private let settingsWarnings: [SettingsMistake]

    /// No deploy gets past these, but they keep nothing else from running: they are looked at anew for each deploy.
    var brokenHooks: [String] { hooks.filter(\.isBroken).flatMap(\.complaints) }

    var warnings: [String] {
        settingsWarnings.map { "\($0)" } + hooks.filter { !$0.isBroken }.flatMap(\.complaints)
            + plugins.broken.map { "\($0)" }
    }

    init(
        _ home: Home, environment: [String: String],
        looking search: (Settings) -> @Sendable () async -> Sighting
    ) async {
        let examined = Settings.examine(home, environment: environment)
        settings = examined.settings
        sighting = await search(settings)()
        labelled = settings.services(of: sighting.containers)
        let found = labelled.entries.map(\.service.name)
        let known = settings.services.map(\.name) + found
        // As long as nobody knows which containers there are, none of them is missing.
        let missing = sighting.isKnown ? examined.references.filter { !known.contains($0.name) } : []
        settingsWarnings = examined.warnings + missing.map { $0.warning(among: known) }
        plugins = await PluginCatalog.load(directories: home.pluginDirectories)
        // What could not be read is no option, which is no second mistake.
        let places = Set(examined.mistakes.map(\.position))
        let others = plugins.mistakes(in: settings).filter { !places.contains($0.position) }
        mistakes = (examined.mistakes + others).sorted { $0.position < $1.position }
        let names = known + settings.webhooks.map(\.name) + settings.commands.map(\.name)
        // A service whose settings have a mistake is missing among them.
        hooks = await HookReview(
            HookFinder(directories: home.hookDirectories), limits: settings.hooks,
            names: examined.mistakes.isEmpty && sighting.isKnown ? Set(names) : nil
        ).files()
    }
}

extension Wiring {
    func examine() async -> Examination {
        await Examination(home, environment: environment, looking: labelSearch)
    }

    /// For an agent. All mistakes at once.
    func examined() async throws(Problem) -> Examination {
        let examination = await examine()
        guard examination.mistakes.isEmpty else { throw SettingsMistakes(mistakes: examination.mistakes).problem }
        return examination
    }

    func check() async -> Examination.Findings { await examine().findings(home) }
}

extension Examination {
    struct Findings {
        var mistakes: [String]
        var warnings: [String]
        /// The services that labels describe.
        var labelled: [String]
    }

    /// Everything that `check` and `doctor` say about the files.
    func findings(_ home: Home) -> Findings {
        Findings(
            mistakes: (mistakes + labelled.mistakes).map { "\($0)" } + brokenHooks,
            warnings: warnings + labelWarnings(home), labelled: labelled.entries.map(\.service.name))
    }
}
