import Crypto
import Lifecycle
import Model
import Synchronization

/// What the files of a project were when its deploy was planned: nobody decides by one text and edits another.
struct SeenFiles: Hashable, Sendable {
    /// The hash of each file's content, by its path.
    private let hashes: [String: String]

    init(_ project: ComposeProject) {
        let files = project.files.map { ($0.path, $0.bytes) } + project.environmentFiles.map { ($0.path, $0.bytes) }
        hashes = Dictionary(files.map { ($0, Hex.encode(Hash.sha256.digest(of: $1))) }) { first, _ in first }
    }

    init?(_ record: JSON?) {
        guard let pairs = record?.object?.pairs else { return nil }
        hashes = Dictionary(pairs.map { ($0.key, $0.value.string ?? "") }) { first, _ in first }
    }

    var paths: [String] { hashes.keys.sorted() }

    var json: JSON { .object(.init(hashes.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })) }

    /// Refuses what is no longer as it was.
    func check(_ now: SeenFiles) throws(Problem) {
        guard self != now else { return }
        let paths = Set(hashes.keys).union(now.hashes.keys).filter { hashes[$0] != now.hashes[$0] }.sorted()
        throw Problem(
            .conflict,
            "\(paths.joined(separator: ", ")): somebody has changed it since the deploy was planned; nothing was done")
    }
}

/// The files that deploys were planned by, until they have ended.
final class PlannedFiles: Sendable {
    private let known = Mutex<[(deploy: DeployID, files: SeenFiles)]>([])

    /// Most plans are never carried out: nothing is then told of their end.
    private static let most = 256

    func remember(_ files: SeenFiles, for deploy: DeployID) {
        known.withLock { $0 = $0.suffix(PlannedFiles.most - 1) + [(deploy, files)] }
    }

    /// Nil when the agent was started anew since then.
    func of(_ deploy: DeployID) -> SeenFiles? { known.withLock { $0.last { $0.deploy == deploy }?.files } }

    func forget(_ deploy: DeployID) { known.withLock { $0.removeAll { $0.deploy == deploy } } }
}
