import Files
import Lifecycle
import Model

/// What the journal knows of the move of a project's services: everything that is needed to go on or to go back, recorded
/// before anything has changed.
struct ComposeMove: Sendable {
    enum Step {
        static let seen = "seen"
        static let pin = "pin"
        static let up = "up"
        static let unpin = "unpin"
        static let again = "up-again"
        static let restore = "restore"
    }

    /// One service of the project as it was.
    struct Part: Hashable, Sendable {
        let service: String
        /// What its containers ran, by the images' ids.
        let images: [String]
        let count: Int
        let wasRunning: Bool
        /// How many there have to be, where the files do not say it.
        let scale: Int?
        /// The containers, for when compose cannot make them again.
        let snapshots: [JSON]
    }

    /// A tag on the engine that stands for the new image, with `pin: none`.
    struct Name: Hashable, Sendable {
        let reference: String
        /// The image that it stood for.
        let old: String?
    }

    let project: String
    let directory: String
    let files: [String]
    let environmentFiles: [String]
    let profiles: [String]
    let parts: [Part]
    /// Services that hold on to those, and are made anew with them.
    let dependents: [Part]
    /// What they depend on is there, and is left as it is.
    let isAlone: Bool
    /// The id of the image that they have to run.
    let imageID: String
    let replacements: [FileReplacement]
    let names: [Name]

    var services: [String] { parts.map(\.service) }

    /// How long their containers may take to stop.
    var longestStop: Duration {
        let times = (parts + dependents).flatMap(\.snapshots).compactMap { $0["body"]?["StopTimeout"]?.integer }
        return .seconds(min(max(times.max() ?? 10, 10), 3600))
    }
}

// MARK: - In the journal

extension ComposeMove {
    /// Nil when nothing was begun.
    static func recorded(_ steps: DeploySteps, _ deploy: DeployID) throws(Problem) -> ComposeMove? {
        guard let record = steps.intent(Step.pin) else { return nil }
        guard let move = ComposeMove(record, deploy) else {
            throw Problem(.corrupt, "journal: what was to be done with compose cannot be read")
        }
        return move
    }

    var json: JSON {
        [
            "project": .string(project), "directory": .string(directory), "files": JSON(strings: files),
            "environment_files": JSON(strings: environmentFiles), "profiles": JSON(strings: profiles),
            "services": .array(parts.map(\.json)), "dependents": .array(dependents.map(\.json)),
            "alone": .bool(isAlone),
            "image": .string(imageID),
            "edits": .array(
                replacements.map { edit in
                    ["path": .string(edit.path), "old": JSON(text: edit.old), "new": JSON(text: edit.new)]
                }),
            "names": .array(names.map { ["reference": .string($0.reference), "old": JSON($0.old)] }),
        ]
    }

    private init?(_ record: JSON, _ deploy: DeployID) {
        guard let project = record["project"]?.string, let directory = record["directory"]?.string,
            let files = record["files"]?.strings, let environmentFiles = record["environment_files"]?.strings,
            let profiles = record["profiles"]?.strings, let isAlone = record["alone"]?.bool,
            let imageID = record["image"]?.string
        else { return nil }
        self.project = project
        self.directory = directory
        self.files = files
        self.environmentFiles = environmentFiles
        self.profiles = profiles
        self.isAlone = isAlone
        self.imageID = imageID
        parts = (record["services"]?.array ?? []).compactMap { Part($0) }
        dependents = (record["dependents"]?.array ?? []).compactMap { Part($0) }
        replacements = (record["edits"]?.array ?? []).compactMap { edit in
            edit["path"]?.string.map {
                FileReplacement($0, edit["old"]?.bytes, with: edit["new"]?.bytes, mark: deploy.text)
            }
        }
        names = (record["names"]?.array ?? []).compactMap { name in
            name["reference"]?.string.map { Name(reference: $0, old: name["old"]?.string) }
        }
    }
}

extension JSON {
    fileprivate init(strings: [String]) { self = .array(strings.map { .string($0) }) }

    /// Of a file, which is UTF-8, or there would be no edit of it.
    fileprivate init(text: [UInt8]?) { self = text.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null }

    fileprivate var strings: [String]? { array.map { $0.compactMap(\.string) } }

    fileprivate var bytes: [UInt8]? { string.map { Array($0.utf8) } }
}

extension ComposeMove.Part {
    fileprivate var json: JSON {
        [
            "service": .string(service), "images": JSON(strings: images), "count": .integer(Int64(count)),
            "was_running": .bool(wasRunning), "scale": scale.map { .integer(Int64($0)) } ?? .null,
            "containers": .array(snapshots),
        ]
    }

    fileprivate init?(_ record: JSON) {
        guard let service = record["service"]?.string else { return nil }
        self.init(
            service: service, images: record["images"]?.strings ?? [], count: Int(record["count"]?.integer ?? 0),
            wasRunning: record["was_running"]?.bool ?? true, scale: record["scale"]?.integer.map { Int($0) },
            snapshots: record["containers"]?.array ?? [])
    }
}
