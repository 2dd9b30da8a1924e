import Crypto
import HTTPClient
import Model

/// Gets a token where a registry's challenge says: by a GET with a password, or by a POST (OAuth 2) with the token that
/// `docker login` has left. Token servers that know only one of the two ways are asked in the other one.
struct TokenExchange {
    let http: HTTPClient
    let tls: HTTPRequest.TLSOptions
    let proxies: ProxyChoice
    let host: String

    struct Grant {
        let token: Secret
        let lifetime: Duration
    }

    enum Answer {
        case grant(Grant)
        /// It has been shown the credentials and does not take them.
        case refusal(Problem)
        /// It has too much to do, or something is wrong with it.
        case busy(HTTPResponse, Problem)
    }

    /// So that a token does not expire on its way.
    private static let margin: Duration = .seconds(10)
    /// What the specification says where the answer does not.
    private static let usualLifetime: Int64 = 60
    private static let longestLifetime: Int64 = 12 * 3600

    func grant(
        _ bearer: Challenge.Bearer, _ scopes: [String], as credentials: RegistryCredentials?, _ outward: Outward
    ) async throws(Problem) -> Answer {
        guard let realm = WebAddress(bearer.realm) else {
            throw Problem(
                .invalid, "the registry \(host) sends for tokens to \"\(URLText.shown(bearer.realm))\", which is no URL"
            )
        }
        let barrier = try outward.barrier(to: realm, "the token server")
        let ways = ways(bearer, scopes, credentials, realm)
        var response = try await send(ways[0], realm, barrier, outward)
        // Whatever says that there is no such way.
        if ways.count > 1, [400, 404, 405, 501].contains(response.status) {
            response = try await send(ways[1], realm, barrier, outward)
        }
        switch response.status {
        case 200: return .grant(try read(response, realm))
        case 401, 403: return .refusal(Refusal.credentials(of: host, response, as: credentials))
        case 429, 500...:
            let status = Problem(.failed, "the token server \(realm.host) answers with status \(response.status)")
            return .busy(
                response, Problem(.unreachable, "the registry \(host) gives no token now", cause: status))
        default:
            let said = Refusal.words(response, hiding: credentials)
            throw Problem(.invalid, "the token server \(realm.host) answers with status \(response.status)\(said)")
        }
    }

    // MARK: - Asking

    private struct Way {
        var method: String
        var authorization: String?
        var parameters: [(String, String)]
    }

    private func ways(
        _ bearer: Challenge.Bearer, _ scopes: [String], _ credentials: RegistryCredentials?, _ realm: WebAddress
    ) -> [Way] {
        let service = bearer.service.map { [("service", $0)] } ?? []
        let separate = service + scopes.map { ("scope", $0) }
        let joined = service + [("scope", scopes.joined(separator: " ")), ("client_id", "grapnel")]
        switch credentials?.proof {
        case nil, .registryToken?:
            return [Way(method: "GET", parameters: separate)]
        case .password(let user, let password)?:
            return [
                Way(
                    method: "GET", authorization: BasicAuthorization.header(user, password),
                    parameters: [("account", user)] + separate),
                Way(
                    method: "POST",
                    parameters: [("grant_type", "password"), ("username", user), ("password", password.value)] + joined),
            ]
        case .identityToken(let token)?:
            return [
                Way(
                    method: "POST",
                    parameters: [("grant_type", "refresh_token"), ("refresh_token", token.value)] + joined),
                Way(
                    method: "GET", authorization: BasicAuthorization.header("<token>", token), parameters: separate),
            ]
        }
    }

    private func send(
        _ way: Way, _ realm: WebAddress, _ barrier: AddressBarrier, _ outward: Outward
    ) async throws(Problem) -> HTTPResponse {
        let form = way.parameters.map { "\($0)=\(URLText.escaped($1))" }.joined(separator: "&")
        let mark = realm.target.contains("?") ? "&" : "?"
        var request = HTTPRequest(method: way.method, url: way.method == "GET" ? realm.text + mark + form : realm.text)
        if way.method == "POST" {
            request.body = Array(form.utf8)
            request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        }
        if let authorization = way.authorization { request.headers.append(("Authorization", authorization)) }
        request.tls = realm.isSameServer(as: outward.server) ? tls : HTTPRequest.TLSOptions(caFile: tls.caFile)
        request.proxy = proxies.proxy(to: realm)
        request.barrier = barrier
        request.maximumResponseBytes = 1 << 20
        do throws(Problem) {
            return try await http.send(request)
        } catch {
            guard error.code == .unreachable || error.code == .timeout || error.code == .failed else { throw error }
            throw Problem(.unreachable, "the token server of the registry \(host) cannot be asked", cause: error)
        }
    }

    // MARK: - The answer

    private func read(_ response: HTTPResponse, _ realm: WebAddress) throws(Problem) -> Grant {
        let answer = try? JSON(parsing: response.body)
        let tokens = ["token", "access_token"].compactMap { answer?[$0]?.string }
        guard let token = tokens.first(where: { !$0.isEmpty }), HTTPHeaders.isValue(token) else {
            throw Problem(.invalid, "the token server \(realm.host) answers without a token")
        }
        let seconds = answer?["expires_in"]?.integer ?? TokenExchange.usualLifetime
        let lifetime = Duration.seconds(min(max(seconds, 0), TokenExchange.longestLifetime))
        return Grant(token: Secret(token), lifetime: max(.zero, lifetime - TokenExchange.margin))
    }
}

enum BasicAuthorization {
    static func header(_ user: String, _ password: Secret) -> String {
        "Basic " + Base64.standard.encode("\(user):\(password.value)".utf8)
    }
}
