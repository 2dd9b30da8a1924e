import Daemon
import HTTPClient
import Model
import TestKit

@testable import Registries

let http = HTTPClient()

/// What the settings and docker's own file would make of registries.
func client(
    _ settings: [String: RegistryAccess] = [:], dockerConfig: String? = nil, environment: [String: String] = [:],
    servers: RegistryServers? = nil
) -> RegistryClient {
    var environment = environment
    environment["DOCKER_CONFIG"] = "/nonexistent"
    return RegistryClient(
        servers ?? RegistryServers(http: http, clock: SystemClock(), environment: environment), registries: settings,
        credentials: CredentialFinder(
            registries: settings, dockerConfig: dockerConfig, environment: environment))
}

/// A service; what it is counts for nothing here.
func service(_ registry: RegistryAccess? = nil) -> Service {
    var service = Service(name: "web", kind: .container(ContainerDefinition(container: "web")))
    service.registry = registry
    return service
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

/// A registry that answers as the test says, where no real one would.
final class ImitatedRegistry: Sendable {
    struct Answer: Sendable {
        var status = "200 OK"
        var headers: [(String, String)] = []
        var body = ""
    }

    private let server: ScriptedServer
    var host: String { "127.0.0.1:\(server.port)" }
    /// First lines of what it was asked, without those that only ask whether it is there.
    var asked: [String] {
        server.requests.map { String($0.prefix { $0 != "\r\n" }.dropLast(" HTTP/1.1".count)) }
            .filter { $0 != "GET /v2/" }
    }
    var requests: [String] { server.requests }

    /// `answer` gets `GET /v2/…` and the whole request.
    init(_ answer: @escaping @Sendable (_ line: String, _ request: String) -> Answer) {
        server = ScriptedServer { peer in
            while let request = peer.request() {
                let line = String(request.prefix { $0 != "\r\n" }.dropLast(" HTTP/1.1".count))
                let answer = line == "GET /v2/" ? Answer() : answer(line, request)
                let headers = answer.headers.map { "\($0): \($1)\r\n" }.joined()
                if line.hasPrefix("HEAD ") {
                    peer.write(
                        "HTTP/1.1 \(answer.status)\r\n\(headers)Content-Length: \(answer.body.utf8.count)\r\n\r\n")
                } else {
                    peer.answer(answer.body, status: answer.status, headers: headers)
                }
            }
        }
    }
}
