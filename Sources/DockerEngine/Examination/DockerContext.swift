import Crypto
import Files
import Model
import Processes

/// What the program `docker` talks to by itself may be another engine than the one that is used here: its contexts are
/// its own.
struct DockerContext: Sendable {
    let environment: [String: String]

    func findings(_ used: EngineAddress) async -> [Finding] {
        guard environment["DOCKER_HOST"]?.isEmpty ?? true else { return [] }
        let directory = directory
        let asked = environment["DOCKER_CONTEXT"].flatMap { $0.isEmpty ? nil : $0 }
        let found = try? await TimeLimit.run { () async throws(Problem) -> (String, String?)? in
            try await OwnThread.run { () -> (String, String?)? in
                guard let directory else { return asked.map { ($0, nil) } }
                guard let name = asked ?? DockerContext.current(in: directory) else { return nil }
                return (name, DockerContext.host(of: name, in: directory))
            } ?? nil
        }
        guard let found else { return [] }
        let (name, host) = found
        guard name != "default", host != used.description else { return [] }
        guard let host else {
            return [
                .warning(
                    "engine: docker itself uses its context \"\(name)\", which is not looked at here",
                    "docker context inspect \(name) shows its address: name it by DOCKER_HOST if that engine is meant")
            ]
        }
        return [
            .warning(
                "engine: docker itself uses its context \"\(name)\", which is \(host)",
                "if that engine is meant, set DOCKER_HOST=\(host) for the agent and for this command")
        ]
    }

    private var directory: String? {
        if let directory = environment["DOCKER_CONFIG"], !directory.isEmpty { return directory }
        return environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.docker" }
    }

    private static func json(_ path: String) -> JSON? {
        (try? FileContent.read(path, limit: 1 << 20)).flatMap { try? JSON(parsing: $0) }
    }

    private static func current(in directory: String) -> String? {
        json(directory + "/config.json")?["currentContext"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func host(of name: String, in directory: String) -> String? {
        let folder = Hex.encode(Hash.sha256.digest(of: name.utf8))
        return json("\(directory)/contexts/meta/\(folder)/meta.json")?["Endpoints"]?["docker"]?["Host"]?.string
    }
}
