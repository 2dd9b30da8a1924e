package import HTTPClient
package import Model
import Synchronization

/// The Engine API: one call at a time is one request, with the version that both sides speak.
///
/// `.unreachable` means that nobody knows what became of the call: the engine does not listen, or went away in the
/// middle. Everything else is the engine's own answer.
package final class Engine: Sendable {
    package let address: EngineAddress
    private let client: HTTPClient
    private let wanted: APIVersion?
    private let known = Mutex<(EngineVersion, APIVersion)?>(nil)
    private let timesSilent = Mutex(0)

    /// `version` is what the owner insists on, by `DOCKER_API_VERSION`.
    package init(_ address: EngineAddress, client: HTTPClient, version: APIVersion? = nil) {
        self.address = address
        self.client = client
        wanted = version
    }

    package convenience init(environment: [String: String], client: HTTPClient) throws(Problem) {
        var version: APIVersion?
        if let text = environment["DOCKER_API_VERSION"], !text.isEmpty {
            version = APIVersion(text)
            guard version != nil else {
                throw Problem(
                    .invalid, "DOCKER_API_VERSION: \"\(text)\" is not a version, expected for example \"1.41\"")
            }
        }
        self.init(try EngineAddress(environment: environment), client: client, version: version)
    }

    // MARK: - Calls

    package func get(
        _ path: String, _ query: [(String, String)] = [], headers: [(String, String)] = [],
        timeout: Duration? = .seconds(30)
    ) async throws(Problem) -> JSON {
        try await call("GET", path, query, headers: headers, timeout: timeout)
    }

    /// Without a timeout a call may take as long as the engine needs, as a stop does.
    @discardableResult
    package func post(
        _ path: String, _ query: [(String, String)] = [], _ body: JSON? = nil, headers: [(String, String)] = [],
        timeout: Duration? = .seconds(60)
    ) async throws(Problem) -> JSON {
        try await call("POST", path, query, body, headers: headers, timeout: timeout)
    }

    @discardableResult
    package func delete(
        _ path: String, _ query: [(String, String)] = [], timeout: Duration? = .seconds(120)
    ) async throws(Problem) -> JSON {
        try await call("DELETE", path, query, timeout: timeout)
    }

    private func call(
        _ method: String, _ path: String, _ query: [(String, String)], _ body: JSON? = nil,
        headers: [(String, String)] = [], timeout: Duration?
    ) async throws(Problem) -> JSON {
        var request = try await request(method, path, query, body, headers)
        request.timeout = timeout
        request.maximumResponseBytes = 32 << 20
        let response = try await send(request)
        return try answer(response.status, response.body)
    }

    /// Hands the answer on as it comes. `onBody` runs on the thread of all transfers: it must be quick. Answers false to
    /// end it. `silence` is how long nothing may come: what is then said is `.timeout`, since the engine is there.
    package func stream(
        _ method: String, _ path: String, _ query: [(String, String)] = [], _ body: JSON? = nil,
        headers: [(String, String)] = [], timeout: Duration? = nil, silence: Duration? = nil,
        onBody: @escaping @Sendable (ArraySlice<UInt8>) -> Bool
    ) async throws(Problem) {
        var request = try await request(method, path, query, body, headers)
        request.timeout = timeout
        request.silence = silence
        let refusal = Mutex<(status: Int, body: [UInt8])?>(nil)
        do throws(Problem) {
            _ = try await client.stream(request) { head in
                if head.status >= 300 { refusal.withLock { $0 = (head.status, []) } }
                return true
            } onBody: { bytes in
                let isRefused = refusal.withLock { refusal in
                    guard let size = refusal?.body.count else { return false }
                    refusal?.body += bytes.prefix(max(0, (64 << 10) - size))
                    return true
                }
                return isRefused || onBody(bytes)
            }
        } catch {
            guard silence == nil || error.code != .timeout else { throw error }
            throw unreachable(error)
        }
        if let refused = refusal.withLock({ $0 }) {
            _ = try answer(refused.status, refused.body)
        }
    }

    // MARK: - The version

    /// Asked for once, and anew after the engine was away: it may have been replaced.
    package func version() async throws(Problem) -> EngineVersion { try await negotiated().0 }

    /// The version of the API that both sides speak.
    package func spokenVersion() async throws(Problem) -> APIVersion { try await negotiated().1 }

    private func negotiated() async throws(Problem) -> (EngineVersion, APIVersion) {
        if let known = known.withLock({ $0 }) { return known }
        var request = HTTPRequest(url: address.base + "/version", unixSocket: address.unixSocket)
        request.tls = address.tls
        let response = try await send(request)
        let version = try EngineVersion(json: try answer(response.status, response.body))
        let spoken = try version.spoken(wanted)
        known.withLock { $0 = (version, spoken) }
        return (version, spoken)
    }

    /// How often it has not answered. Two equal readings: it was there all the time, as far as anybody asked.
    package var silences: Int { timesSilent.withLock { $0 } }

    // MARK: - Requests and answers

    private func request(
        _ method: String, _ path: String, _ query: [(String, String)], _ body: JSON?, _ headers: [(String, String)]
    ) async throws(Problem) -> HTTPRequest {
        let (_, version) = try await negotiated()
        let parameters = query.map { "\($0.0)=\(URLText.escaped($0.1))" }.joined(separator: "&")
        var request = HTTPRequest(
            method: method, url: "\(address.base)/v\(version)\(path)\(parameters.isEmpty ? "" : "?\(parameters)")",
            headers: headers, unixSocket: address.unixSocket)
        request.tls = address.tls
        if let body {
            request.headers.append(("Content-Type", "application/json"))
            request.body = Array(body.text.utf8)
        }
        return request
    }

    private func send(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        do throws(Problem) {
            return try await client.send(request)
        } catch {
            throw unreachable(error)
        }
    }

    /// Whatever went wrong on the way, nothing is known of what the engine did.
    private func unreachable(_ problem: Problem) -> Problem {
        switch problem.code {
        case .interrupted, .usage, .invalid, .limit: return problem
        default:
            known.withLock { $0 = nil }
            timesSilent.withLock { $0 += 1 }
            return Problem(.unreachable, "the engine at \(address) does not answer", cause: problem)
        }
    }

    private func answer(_ status: Int, _ body: [UInt8]) throws(Problem) -> JSON {
        let json =
            body.isEmpty ? JSON.null : (try? JSON(parsing: body)) ?? .string(String(decoding: body, as: UTF8.self))
        // 304: it was so already.
        guard status >= 400 else { return json }
        throw refusal(status, json)
    }

    /// For answers that came another way.
    func refusal(_ status: Int, _ body: [UInt8]) -> Problem { refusal(status, (try? JSON(parsing: body)) ?? .null) }

    private func refusal(_ status: Int, _ json: JSON) -> Problem {
        let message = json["message"]?.string ?? json.string ?? "status \(status)"
        return Problem(Engine.code(status), "the engine: \(message.trimmedLine)")
    }

    private static func code(_ status: Int) -> Problem.Code {
        switch status {
        case 400: .invalid
        case 401, 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        default: .failed
        }
    }
}

extension String {
    /// Messages of the engine end with a line break now and then.
    fileprivate var trimmedLine: String {
        let lines = split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        return lines.joined(separator: "; ")
    }
}
