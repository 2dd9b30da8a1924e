import Files
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
        let path = home.environmentFile
        let file = EnvironmentFile(bytes, file: path)
        mistakes += file.mistakes
        if !file.values.isEmpty, let objection = FileSecrecy.objection(to: path) {
            let message = "\(objection); if secrets are in it: chmod 600 \(path)"
            warnings.append(SettingsMistake(at: start(of: path), message))
        }
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
            names = try Directory.names(in: directory)
        } catch {
            if error.code != .notFound { note(error, directory) }
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

    /// nil if there is no such file, or it must not or cannot be read, which is noted.
    private mutating func contents(_ path: String) -> [UInt8]? {
        do {
            let bytes = try FileContent.read(path, limit: YAML.Limits().bytes)
            guard let objection = FileTrust().objection(to: path) else { return bytes }
            mistakes.append(
                SettingsMistake(
                    at: start(of: path), "the file is not used, because others could change it: \(objection)"))
        } catch {
            if error.code != .notFound { note(error, path) }
        }
        return nil
    }

    private mutating func note(_ problem: Problem, _ path: String) {
        // The path is the mistake's position already.
        let message =
            problem.message.hasPrefix(path + ": ") ? problem.message.dropFirst(path.count + 2) : problem.message[...]
        mistakes.append(SettingsMistake(at: start(of: path), "it cannot be read: \(message)"))
    }

    private mutating func root(of bytes: [UInt8], _ path: String, _ reading: Reading) -> Value? {
        do {
            let document = try YAML.read(bytes, file: path)
            mistakes += document.duplicates.map { SettingsMistake(at: $0.position, $0.message) }
            return Value(node: document.root, origin: .file(path), place: "", schema: "", reading: reading)
        } catch {
            mistakes.append(SettingsMistake(at: error.position, error.message))
            return nil
        }
    }
}
