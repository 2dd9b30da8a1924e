import Daemon
import DockerEngine
import HTTPClient
import Model
import Registries
import TestKit
import Testing

let client = HTTPClient()

/// The shared engine of that version, or of that version and store.
func engine(_ version: String) async throws -> Engine {
    Engine(EngineAddress(socket: try await TestEngine.shared(version).socket), client: client)
}

/// Registries as the settings and docker's own file describe them.
func registries(
    _ settings: [String: RegistryAccess] = [:], dockerConfig: String? = nil, environment: [String: String] = [:]
) -> RegistryClient {
    RegistryClient(
        RegistryServers(http: client, clock: SystemClock(), environment: environment), registries: settings,
        credentials: CredentialFinder(registries: settings, dockerConfig: dockerConfig, environment: environment))
}

/// An engine that answers every request as the test says, and nothing else; no such one can be installed. `answer`
/// gets the request's first line; nil is what the engine does not have.
struct ImitatedEngine {
    static let version = #"{"Version": "1.2.3", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux"}"#

    let server: ScriptedServer
    let engine: Engine
    private let files: FileTree

    init(version wanted: APIVersion? = nil, answer: @escaping @Sendable (String) -> String?) {
        files = FileTree()
        let path = files.path("engine.sock")
        server = ScriptedServer(unixSocket: path) { peer in
            while let request = peer.request() {
                let line = String(request.prefix { $0 != "\r\n" })
                if line.contains("/version ") {
                    peer.answer(ImitatedEngine.version)
                } else if let text = answer(line) {
                    peer.answer(text)
                } else {
                    peer.answer(#"{"message": "there is none"}"#, status: "404 Not Found")
                }
            }
        }
        engine = Engine(EngineAddress(socket: path), client: client, version: wanted)
    }

    /// One whose versions are these.
    init(speaking versions: ClosedRange<APIVersion>, wanted: APIVersion? = nil) {
        files = FileTree()
        let path = files.path("engine.sock")
        server = ScriptedServer(unixSocket: path) { peer in
            while let request = peer.request() {
                let version: JSON = [
                    "Version": "1.2.3", "ApiVersion": .string("\(versions.upperBound)"),
                    "MinAPIVersion": .string("\(versions.lowerBound)"),
                ]
                peer.answer(request.contains("GET /version ") ? version.text : "{}")
            }
        }
        engine = Engine(EngineAddress(socket: path), client: client, version: wanted)
    }
}

/// The problem that the work ends with.
func problem(_ work: () async throws -> Void) async -> Problem? {
    do {
        try await work()
        return nil
    } catch {
        return error as? Problem
    }
}
