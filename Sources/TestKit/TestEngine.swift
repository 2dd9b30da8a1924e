package import Model
import Processes
import Synchronization

/// A private Docker engine (contrib/engine.sh), with everything that it keeps in a directory of its own.
///
/// It goes with the object, and at the latest with the tests, however those end.
package final class TestEngine: Sendable {
    /// The oldest and the newest that everything is tested with.
    package static let versions = ["20.10", "26.1"]
    /// Both, and the newer one with its images in containerd's store, where an image's id is its manifest's digest.
    package static let stores = versions + ["26.1-containerd"]

    package let version: String
    package let directory: String
    /// For `dockerd`, beside what contrib/engine.sh passes to it.
    private let options: [String]
    /// Of `dockerd`, and of `docker` where that speaks to it.
    private let environment: [String: String]
    private let isRemoved = Atomic(false)
    /// The ids of the images that were built on it, by their Dockerfiles.
    let built = Mutex<[String: String]>([:])

    package var socket: String { directory + "/docker.sock" }
    /// What `DOCKER_HOST` would be.
    package var host: String { "unix://" + socket }

    private init(_ version: String, in directory: String, options: [String], environment: [String: String]) {
        self.version = version
        self.directory = directory
        self.options = options
        self.environment = environment
    }

    deinit {
        guard !isRemoved.load(ordering: .relaxed) else { return }
        let directory = directory
        Task.detached { _ = try? await TestEngine.script(["remove", directory]) }
    }

    // MARK: - Getting one

    /// The one that the tests of this process share. They name what they make so that others do not stumble over it,
    /// and neither stop it nor prune.
    package static func shared(_ version: String) async throws -> TestEngine {
        let start = known.withLock { known in
            let start = known[version] ?? Task { try await TestEngine.private(version) }
            known[version] = start
            return start
        }
        return try await start.value
    }

    private static let known = Mutex<[String: Task<TestEngine, any Error>]>([:])

    /// One of the test's own, to be stopped, killed and filled with rubbish.
    package static func `private`(
        _ version: String, options: [String] = [], environment: [String: String] = [:]
    ) async throws(Problem) -> TestEngine {
        let directory = try EngineParent.shared().place(for: version)
        var options = options
        if version.hasSuffix("-containerd") {
            let settings: JSON = ["features": ["containerd-snapshotter": true]]
            options += ["--config-file", FileTree(at: directory, isKept: true).file("daemon.json", settings.text)]
        }
        let number = String(version.prefix { $0 != "-" })
        let engine = TestEngine(number, in: directory, options: options, environment: environment)
        try await engine.start()
        return engine
    }

    // MARK: - What happens to machines

    /// Another version is what an upgrade brings.
    package func start(as other: String? = nil) async throws(Problem) {
        try await TestEngine.script(["start", other ?? version, directory] + options, environment)
    }

    /// As a machine that is shut down.
    package func stop() async throws(Problem) {
        try await TestEngine.script(["stop", directory])
    }

    /// As a machine whose power fails, the processes in the containers included. `start` brings it up again.
    package func kill() async throws(Problem) {
        try await TestEngine.script(["kill", directory])
    }

    package func restart() async throws(Problem) {
        try await stop()
        try await start()
    }

    /// With everything that is in it.
    package func remove() async throws(Problem) {
        isRemoved.store(true, ordering: .relaxed)
        try await TestEngine.script(["remove", directory])
    }

    // MARK: - Talking to it

    /// The program `docker`, to its end; a failure of it is a problem. Answers what it printed.
    @discardableResult
    package func docker(_ words: String..., configuration: String? = nil) async throws(Problem) -> String {
        try await docker(words, configuration: configuration)
    }

    @discardableResult
    package func docker(_ words: [String], configuration: String? = nil) async throws(Problem) -> String {
        // The older client speaks to both, and builds without plugins.
        let programs = try await TestEngine.clientPrograms()
        var spec = ProcessSpec([programs + "/docker", "--host", host] + words)
        spec.environment = [
            "PATH": programs + ":/usr/sbin:/usr/bin:/sbin:/bin", "DOCKER_BUILDKIT": "0",
            "DOCKER_CONFIG": configuration ?? directory + "/no-configuration",
        ]
        spec.environment.merge(environment) { $1 }
        spec.timeout = .seconds(300)
        spec.outputLimit = 4 << 20
        let result = try await Process.run(spec)
        guard result.succeeded else {
            throw Problem(.failed, "docker \(words.joined(separator: " ")): \(result.ending): \(result.errorsText)")
        }
        let text = result.outputText
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private static let knownPrograms = Mutex<String?>(nil)

    private static func clientPrograms() async throws(Problem) -> String {
        if let known = knownPrograms.withLock({ $0 }) { return known }
        let found = try await TestEngine.script(["path", TestEngine.versions[0]]).outputText.filter { $0 != "\n" }
        knownPrograms.withLock { $0 = found }
        return found
    }

    @discardableResult
    static func script(
        _ words: [String], _ environment: [String: String] = [:]
    ) async throws(Problem) -> ProcessResult {
        var spec = ProcessSpec([EngineParent.script] + words)
        spec.environment = EngineParent.environment.merging(environment) { $1 }
        spec.directory = "/"
        spec.timeout = .seconds(120)
        let result = try await Process.run(spec)
        guard result.succeeded else {
            throw Problem(.failed, "engine.sh \(words.joined(separator: " ")): \(result.ending): \(result.errorsText)")
        }
        return result
    }
}
