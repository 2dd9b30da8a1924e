package import Model
import YAML

extension Settings {
    /// Reads all files of a home. Nothing else is looked at: the environment is what is passed in, to which the
    /// file `env` adds what it does not have. Asks the file system: not for Swift's cooperative pool.
    package static func load(_ home: Home, environment: [String: String]) throws(SettingsMistakes) -> LoadedSettings {
        let examined = examine(home, environment: environment)
        guard examined.mistakes.isEmpty else { throw SettingsMistakes(mistakes: examined.mistakes) }
        return LoadedSettings(settings: examined.settings, warnings: examined.warnings)
    }

    /// The same for who goes on looking when there are mistakes.
    package static func examine(_ home: Home, environment: [String: String]) -> ExaminedSettings {
        let (settings, reading) = read(home, environment: environment)
        return ExaminedSettings(
            settings: settings, mistakes: reading.mistakes.sorted { $0.position < $1.position },
            warnings: reading.warnings.sorted { $0.position < $1.position }, references: reading.references)
    }

    /// For tests also what was asked for on the way.
    static func read(_ home: Home, environment: [String: String]) -> (Settings, Reading) {
        var files = SettingsFiles(home)
        let environment = files.environmentFile().merging(environment) { $1 }
        let reading = Reading(environment: environment, directory: home.directory)
        var reader = SettingsReader(reading)
        let main = files.main(reading)
        let others = files.services(reading)
        for mistake in files.mistakes { reading.add(mistake) }
        for warning in files.warnings { reading.warn(warning) }
        reader.read(main: main, others: others)
        return (reader.settings, reading)
    }
}
