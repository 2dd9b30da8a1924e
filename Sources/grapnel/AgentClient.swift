import Glibc
import HTTPClient
import Lifecycle
import Model

/// Asks the running agent, through its socket.
struct AgentClient {
    let home: Home
    private let http = HTTPClient()

    init(home: Home) { self.home = home }

    func get(_ path: String, _ query: [(String, String?)] = []) async throws(Problem) -> JSON {
        try await exchange("GET", path + AgentClient.text(query), body: nil, timeout: .seconds(60))
    }

    func post(_ path: String, _ body: JSON = [:]) async throws(Problem) -> JSON {
        try await exchange("POST", path, body: body, timeout: .seconds(60))
    }

    /// For what may take long.
    func work(_ path: String, _ body: JSON) async throws(Problem) -> JSON {
        try await exchange("POST", path, body: body, timeout: nil)
    }

    /// Waits for as long as it takes.
    func outcome(of deploy: String) async throws(Problem) -> JSON {
        try await exchange("GET", "/v1/deploys/\(deploy)/outcome", body: nil, timeout: nil)
    }

    func text(_ path: String) async throws(Problem) -> [UInt8] {
        try await answer("GET", path, body: nil, timeout: .seconds(60)).body
    }

    /// What the deploy reports, until it ends or the agent does.
    func follow(_ deploy: String, _ each: @escaping @Sendable (DeployProgress) -> Void) async throws(Problem) {
        let decoder = EventDecoder(each)
        let response: HTTPResponse
        do throws(Problem) {
            response = try await http.stream(request("GET", "/v1/deploys/\(deploy)/events", timeout: nil)) { bytes in
                decoder.feed(bytes)
                return true
            }
        } catch {
            throw absent(error)
        }
        switch response.status {
        case 200: break
        case 404: throw Problem.unknownDeploy(deploy)
        case 503: throw Problem(.interrupted, "the agent is being stopped")
        default: throw Problem(.failed, "deploy \(deploy) cannot be followed: \(response.status)")
        }
    }

    private func request(_ method: String, _ path: String, timeout: Duration?) -> HTTPRequest {
        HTTPRequest(method: method, url: "http://localhost\(path)", unixSocket: home.socket, timeout: timeout)
    }

    private func exchange(_ method: String, _ path: String, body: JSON?, timeout: Duration?) async throws(Problem)
        -> JSON
    {
        try JSON(parsing: try await answer(method, path, body: body, timeout: timeout).body)
    }

    private func answer(
        _ method: String, _ path: String, body: JSON?, timeout: Duration?
    ) async throws(Problem) -> HTTPResponse {
        var request = request(method, path, timeout: timeout)
        request.maximumResponseBytes = 64 << 20
        if let body {
            request.headers = [("Content-Type", "application/json")]
            request.body = Array(body.text.utf8)
        }
        let response: HTTPResponse
        do throws(Problem) {
            response = try await http.send(request)
        } catch {
            throw absent(error)
        }
        guard response.status < 400 else { throw refusal(response) }
        return response
    }

    private func refusal(_ response: HTTPResponse) -> Problem {
        guard let error = (try? JSON(parsing: response.body))?["error"], let message = error["message"]?.string,
            let code = error["code"]?.string.flatMap(Problem.Code.init(rawValue:))
        else { return Problem(.failed, "the agent answered \(response.status): \(response.text.prefix(200))") }
        return Problem(code, message)
    }

    private func absent(_ problem: Problem) -> Problem {
        switch problem.code {
        case .unreachable where isKeptOut:
            return Problem(
                .forbidden,
                "\(home.socket): permission denied: only the agent's user may ask the agent, try again as that user or "
                    + "with sudo")
        case .unreachable:
            return Problem(
                .unreachable, "no agent runs on \(home.directory); start one with: \(RunCommand.hint(home))")
        // The connection broke: what was asked for may have been done or not.
        case .failed: return Problem(.interrupted, "the agent went away before it had answered")
        default: return problem
        }
    }

    /// Then nobody can say whether an agent runs.
    private var isKeptOut: Bool { access(home.socket, R_OK | W_OK) != 0 && errno == EACCES }

    private static func text(_ query: [(String, String?)]) -> String {
        let given = query.compactMap { key, value in value.map { "\(key)=\(URLText.escaped($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }
}
