import Files
import Model
import YAML

/// A compose file of this program's own, which gives services of a project their images.
struct OverrideFile {
    private(set) var images: [String: String]

    private static let heading = "# Written by Grapnel: the images that it has deployed, and nothing else."

    init() { images = [:] }

    /// Refuses what is somebody else's.
    init(_ bytes: [UInt8], path: String) throws(Problem) {
        guard bytes.starts(with: OverrideFile.heading.utf8) else {
            throw Problem(
                .conflict,
                "\(path): it is there already and was not written by Grapnel; name it in \"file\" and leave \"pin\" out, "
                    + "and the images are edited where they are written")
        }
        let root = try YAML.parse(bytes, file: path)
        images = [:]
        for pair in root["services"]?.mapping ?? [] {
            images[pair.name] = pair.value["image"]?.scalar?.text
        }
    }

    mutating func set(_ image: String, for service: String) { images[service] = image }

    var text: String {
        let services = images.sorted { $0.key < $1.key }.map { "  \(OverrideFile.quoted($0)):\n    image: \($1)\n" }
        return "\(OverrideFile.heading)\nservices:\n" + services.joined()
    }

    /// A name such as `1.0` or `no` would be something else than text.
    private static func quoted(_ name: String) -> String { "\"\(name)\"" }

    /// Where compose finds it by itself, if it finds the project's file by itself too; otherwise it lies beside that.
    static func path(for files: [String]) -> (path: String, isFoundByCompose: Bool) {
        let (stem, ending) = parts(of: files.first ?? "")
        let found = foundByCompose(beside: files)
        return found.isEmpty
            ? ("\(stem).grapnel\(ending)", false)
            : (found.first { FileContent.isThere($0) } ?? "\(stem).override\(ending)", true)
    }

    /// What compose reads too, without being told, when it is started where the file lies.
    static func foundByCompose(beside files: [String]) -> [String] {
        guard files.count == 1 else { return [] }
        let (stem, ending) = parts(of: files[0])
        let name = stem[(stem.lastIndex(of: "/").map { stem.index(after: $0) } ?? stem.startIndex)...]
        guard ["compose", "docker-compose"].contains(name), [".yml", ".yaml"].contains(ending) else { return [] }
        // Whatever the file itself is called, in the order in which it looks for them.
        let directory = stem.dropLast(name.count)
        return [
            "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml",
            "docker-compose.override.yaml",
        ]
        .map { "\(directory)\($0)" }
    }

    private static func parts(of path: String) -> (stem: Substring, ending: Substring) {
        let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let dot = path[cut...].lastIndex(of: ".") ?? path.endIndex
        return (path[..<dot], path[dot...])
    }
}
