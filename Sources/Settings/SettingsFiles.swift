import Model
import YAML

/// Finds and parses the files of a home.
struct SettingsFiles {
    private let home: Home
    private(set) var mistakes: [SettingsMistake] = []
    private(set) var warnings: [SettingsMistake] = []

    private static let endings = [".yaml", ".yml", ".json"]

    init(_ home: Home) { self.home = home }

    mutating func environmentFile() -> [String: String] {
        guard let bytes = contents(home.environmentFile) else { return [:] }
        let file = EnvironmentFile(bytes, file: home.environmentFile)
        mistakes += file.mistakes
        return file.values
    }

    mutating func main(_ reading: Reading) -> Value? {
        let path = home.configuration
        let before = mistakes.count
        if let bytes = contents(path) { return root(of: bytes, path, reading) }
        if mistakes.count == before {
            warnings.append(SettingsMistake(at: start(of: path), "there is no such file, so the defaults are in force"))
        }
        return nil
    }

    mutating func services(_ reading: Reading) -> [Value] {
        let directory = home.servicesDirectory
        let names: [String]
        do {
            names = try FileContents.names(in: directory) ?? []
        } catch {
            mistakes.append(SettingsMistake(at: start(of: directory), "the directory cannot be read: \(error)"))
            return []
        }
        var values: [Value] = []
        for name in names where !name.hasPrefix(".") {
            let path = "\(directory)/\(name)"
            guard SettingsFiles.endings.contains(where: { name.hasSuffix($0) }) else {
                let message = "ignored, expected a name that ends in \".yaml\", \".yml\" or \".json\""
                warnings.append(SettingsMistake(at: start(of: path), message))
                continue
            }
            if let bytes = contents(path), let value = root(of: bytes, path, reading) { values.append(value) }
        }
        return values
    }

    private func start(of path: String) -> Position { Position(file: path, line: 1, column: 1) }

    /// nil if there is no such file, or it cannot be read, which is noted.
    private mutating func contents(_ path: String) -> [UInt8]? {
        do {
            return try FileContents.read(path, limit: YAML.Limits().bytes)
        } catch {
            mistakes.append(SettingsMistake(at: start(of: path), "the file cannot be read: \(error)"))
            return nil
        }
    }

    private mutating func root(of bytes: [UInt8], _ path: String, _ reading: Reading) -> Value? {
        do {
            let document = try YAML.read(bytes, file: path)
            mistakes += document.duplicates.map { SettingsMistake(at: $0.position, $0.message) }
            return Value(node: document.root, file: path, place: "", schema: "", reading: reading)
        } catch {
            mistakes.append(SettingsMistake(at: error.position, error.message))
            return nil
        }
    }
}
