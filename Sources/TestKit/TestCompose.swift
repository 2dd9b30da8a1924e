package import Model
import Processes
import Synchronization

/// The real compose, of both kinds, as `contrib/engine.sh install` has fetched them.
package enum TestCompose: String, Sendable, CaseIterable {
    /// `docker-compose`, in Python.
    case first = "1"
    /// `docker compose`, the plugin.
    case second = "2"

    /// With which this one is found, and not the other.
    package func environment() async throws(Problem) -> [String: String] {
        switch self {
        case .first:
            return ["PATH": try await TestCompose.path("compose-1"), "COMPOSE_API_VERSION": "1.41"]
        case .second:
            let programs = try await TestCompose.path(TestEngine.versions[1])
            return ["PATH": programs + ":/usr/bin:/bin", "DOCKER_CONFIG": programs + "/.."]
        }
    }

    /// The program, to its end; a failure of it is a problem. Answers what it printed.
    @discardableResult
    package func run(
        _ words: [String], in directory: String, on host: String = "unix:///nonexistent"
    ) async throws(Problem) -> String {
        var spec = ProcessSpec((self == .first ? ["docker-compose"] : ["docker", "compose"]) + words)
        spec.environment = try await environment()
        spec.environment["DOCKER_HOST"] = host
        spec.directory = directory
        spec.timeout = .seconds(120)
        spec.outputLimit = 4 << 20
        let result = try await Process.run(spec)
        guard result.succeeded else {
            throw Problem(.failed, "compose \(words.joined(separator: " ")): \(result.ending): \(result.errorsText)")
        }
        return result.outputText
    }

    private static let known = Mutex<[String: String]>([:])

    private static func path(_ name: String) async throws(Problem) -> String {
        if let path = known.withLock({ $0[name] }) { return path }
        let path = try await TestEngine.script(["path", name]).outputText.filter { $0 != "\n" }
        known.withLock { $0[name] = path }
        return path
    }
}
