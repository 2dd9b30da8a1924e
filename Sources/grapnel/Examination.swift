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
    private let settingsWarnings: [SettingsMistake]

    /// No deploy gets past these, but they keep nothing else from running: they are looked at anew for each deploy.
    var brokenHooks: [String] { hooks.filter(\.isBroken).flatMap(\.complaints) }

    var warnings: [String] {
        settingsWarnings.map { "\($0)" } + hooks.filter { !$0.isBroken }.flatMap(\.complaints)
            + plugins.broken.map { "\($0)" }
    }

    init(_ home: Home, environment: [String: String]) async {
        let examined = Settings.examine(home, environment: environment)
        settings = examined.settings
        settingsWarnings = examined.warnings
        plugins = await PluginCatalog.load(directories: home.pluginDirectories)
        // What could not be read is no option, which is no second mistake.
        let places = Set(examined.mistakes.map(\.position))
        let others = plugins.mistakes(in: settings).filter { !places.contains($0.position) }
        mistakes = (examined.mistakes + others).sorted { $0.position < $1.position }
        let names = settings.services.map(\.name) + settings.webhooks.map(\.name) + settings.commands.map(\.name)
        // A service whose settings have a mistake is missing among them.
        hooks = await HookReview(
            HookFinder(directories: home.hookDirectories), limits: settings.hooks,
            names: examined.mistakes.isEmpty ? Set(names) : nil
        ).files()
    }
}

extension Wiring {
    func examine() async -> Examination { await Examination(home, environment: environment) }

    /// For an agent. All mistakes at once.
    func examined() async throws(Problem) -> Examination {
        let examination = await examine()
        guard examination.mistakes.isEmpty else { throw SettingsMistakes(mistakes: examination.mistakes).problem }
        return examination
    }

    func check() async -> Examination.Findings { await examine().findings }
}

extension Examination {
    struct Findings {
        var mistakes: [String]
        var warnings: [String]
    }

    /// Everything that `check` and `doctor` say about the files.
    var findings: Findings { Findings(mistakes: mistakes.map { "\($0)" } + brokenHooks, warnings: warnings) }
}
