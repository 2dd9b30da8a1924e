import HTTPClient
import Lifecycle
import Model
import Synchronization

/// One registry, or a mirror of one, as it is spoken to. Lives as long as the agent: what it has learnt of the registry
/// outlives a reload of the settings.
final class RegistryServer: Sendable {
    /// How it is reached.
    struct Access: Hashable, Sendable {
        /// With its port, if it has one.
        var authority: String
        var tls = HTTPRequest.TLSOptions()
        /// HTTP without TLS is tried where TLS does not work.
        var mayBePlain = false
    }

    private struct Known {
        var base: WebAddress?
        var peer: String?
        var quota: Quota?
        var challenge: Challenge?
        var refusals = CredentialRefusals()
    }

    /// As people know it.
    let host: String
    let access: Access
    let gate: HostGate
    private let http: HTTPClient
    private let clock: any WallClock
    private let proxies: ProxyChoice
    private let timeout: Duration
    private let tokens = TokenCache()
    private let known = Mutex(Known())

    /// As many as a browser opens to one host.
    private static let mostAtOnce = 6
    private static let mostAttempts = 3
    private static let mostRedirects = 5
    /// Whoever wants no more patience than this gets it.
    private static let shortWait: Duration = .seconds(5)

    init(
        host: String, access: Access, http: HTTPClient, clock: any WallClock, proxies: ProxyChoice, timeout: Duration
    ) {
        self.timeout = timeout
        self.host = host
        self.access = access
        self.http = http
        self.clock = clock
        self.proxies = proxies
        gate = HostGate(most: RegistryServer.mostAtOnce, clock: clock)
    }

    /// What it last said of its limits.
    var quota: Quota? { known.withLock { $0.quota } }

    /// The answer, whatever its status, but for those that say that nothing is known now: then it throws
    /// `.unreachable`; and `.forbidden` where it does not let us look.
    func send(_ request: RegistryRequest) async throws(Problem) -> HTTPResponse {
        var attempt = 1
        while true {
            try await gate.enter()
            let result: Result<HTTPResponse, Problem>
            do throws(Problem) { result = .success(try await exchange(request)) } catch { result = .failure(error) }
            await gate.leave()
            guard let delay = try await patience(result, attempt) else { return try result.get() }
            try await clock.sleep(for: delay)
            attempt += 1
        }
    }

    /// How long to wait before it is asked again; nil when the result is final.
    private func patience(
        _ result: Result<HTTPResponse, Problem>, _ attempt: Int
    ) async throws(Problem) -> Duration? {
        let isLast = attempt >= RegistryServer.mostAttempts
        // Together with everybody else would be too early.
        let pause = Duration.milliseconds(250 << attempt) + .milliseconds(Int64.random(in: 0...250))
        switch result {
        case .failure(let problem) where problem.code == .unreachable && problem.isPassing && !isLast: return pause
        case .failure(let problem):
            // Who takes no connection, or never answers, is not asked by everybody in turn.
            if [.unreachable, .timeout].contains(problem.cause?.code) {
                await gate.shut(RegistryServer.shortWait, because: problem)
            }
            return nil
        case .success(let response) where RegistryServer.isTooMuch(response):
            let after = RetryAfter.delay(response.headers["Retry-After"], now: clock.now())
            let closed = await gate.close(after: after, "registry \(host)", status: response.status)
            guard let after, after <= RegistryServer.shortWait, !isLast else { throw closed }
            return after + .milliseconds(after.milliseconds / 5 + 1)
        case .success(let response) where [500, 502, 503, 504].contains(response.status):
            return isLast ? nil : pause
        case .success:
            await gate.hasAnswered()
            return nil
        }
    }

    private static func isTooMuch(_ response: HTTPResponse) -> Bool {
        response.status == 429 || response.status == 503 && response.headers["Retry-After"] != nil
    }
}

// MARK: - Saying who we are

extension RegistryServer {
    private func exchange(_ request: RegistryRequest) async throws(Problem) -> HTTPResponse {
        let base = try await base()
        if let credentials = request.credentials {
            let now = clock.now()
            if let refused = known.withLock({ $0.refusals.refusal(of: credentials, for: request.scope, at: now) }) {
                throw refused
            }
        }
        var scopes = [request.scope]
        var proof = try await proof(known.withLock { $0.challenge }, scopes, request, base, isFresh: false)
        // Told of no token or an old one, of the scopes that it wants, and that all this was in vain.
        var round = 0
        while true {
            let response = try await follow(request, base, proof)
            guard response.status == 401 else {
                // What was done, and what is not there, is only told to whoever was let in.
                let isLetIn = (200..<300).contains(response.status) || response.status == 404
                if let credentials = request.credentials, proof != nil, isLetIn {
                    known.withLock { $0.refusals.accept(credentials, for: request.scope) }
                }
                return response
            }
            let refusal = Refusal.credentials(of: host, response, as: request.credentials)
            guard let challenge = Challenge.best(of: response.headers.all("WWW-Authenticate")) else {
                throw Problem(.forbidden, "\(refusal.message), in a way that is not known here")
            }
            if challenge == .basic, proof?.hasPrefix("Basic ") == true {
                noteRefused(request, refusal)
                throw refusal
            }
            let wanted = if case .bearer(let bearer) = challenge { bearer.scopes } else { [String]() }
            let isNew = !wanted.allSatisfy(scopes.contains)
            // Some registries read only the first one.
            scopes = wanted + scopes.filter { !wanted.contains($0) }
            guard proof == nil || round == 0 || isNew, round < 3 else { throw refusal }
            known.withLock { $0.challenge = challenge }
            proof = try await self.proof(challenge, scopes, request, base, isFresh: proof != nil)
            guard proof != nil else { throw refusal }
            round += 1
        }
    }

    /// The header; nil where there is nothing to show. `isFresh`: what is kept was refused.
    private func proof(
        _ challenge: Challenge?, _ scopes: [String], _ request: RegistryRequest, _ base: WebAddress, isFresh: Bool
    ) async throws(Problem) -> String? {
        if case .registryToken(let token)? = request.credentials?.proof { return "Bearer \(token.value)" }
        switch challenge {
        case nil: return nil
        case .basic?:
            guard case .password(let user, let password)? = request.credentials?.proof else { return nil }
            return BasicAuthorization.header(user, password)
        case .bearer(let bearer)?:
            let key = TokenCache.Key(
                realm: bearer.realm, service: bearer.service, scopes: scopes, credentials: request.credentials)
            if isFresh { tokens.forget(key) }
            if let token = tokens.token(key, now: clock.now()) { return "Bearer \(token.value)" }
            let grant = try await grant(bearer, scopes, request, base)
            tokens.keep(grant.token, key, until: clock.now() + grant.lifetime)
            return "Bearer \(grant.token.value)"
        }
    }

    private func grant(
        _ bearer: Challenge.Bearer, _ scopes: [String], _ request: RegistryRequest, _ base: WebAddress
    ) async throws(Problem) -> TokenExchange.Grant {
        let exchange = TokenExchange(http: http, tls: access.tls, proxies: proxies, host: host)
        do throws(Problem) {
            let answer = try await exchange.grant(
                bearer, scopes, as: request.credentials, Outward(server: base, peer: known.withLock { $0.peer }))
            switch answer {
            case .grant(let grant): return grant
            case .refusal(let problem):
                noteRefused(request, problem)
                throw problem
            case .busy(let response, let problem):
                guard RegistryServer.isTooMuch(response) else { throw problem }
                let after = RetryAfter.delay(response.headers["Retry-After"], now: clock.now())
                throw await gate.close(after: after, "token server of \(host)", status: response.status)
            }
        } catch {
            // Next time the registry is asked first: it may send elsewhere by then.
            known.withLock { $0.challenge = nil }
            throw error
        }
    }

    private func noteRefused(_ request: RegistryRequest, _ problem: Problem) {
        guard let credentials = request.credentials else { return }
        let now = clock.now()
        known.withLock { $0.refusals.refuse(credentials, for: request.scope, because: problem, at: now) }
    }

    private func note(_ response: HTTPResponse) {
        let quota = Quota(response.headers, now: clock.now())
        known.withLock { known in
            if let quota { known.quota = quota }
            if response.peer != nil { known.peer = response.peer }
        }
    }
}

// MARK: - Getting there

extension RegistryServer {
    /// TLS, where it works.
    private func base() async throws(Problem) -> WebAddress {
        if let base = known.withLock({ $0.base }) { return base }
        guard let secure = WebAddress("https://\(access.authority)/") else {
            throw Problem(.invalid, "\"\(access.authority)\" is not a registry's address")
        }
        guard access.mayBePlain, let plain = WebAddress("http://\(access.authority)/") else {
            known.withLock { $0.base = secure }
            return secure
        }
        let failure: Problem
        do throws(Problem) {
            _ = try await ping(secure)
            known.withLock { $0.base = secure }
            return secure
        } catch {
            failure = error
        }
        // A server that wants TLS answers plain HTTP too, with a reproach.
        if failure.code != .interrupted, let answer = try? await ping(plain), [200, 401, 403].contains(answer.status) {
            known.withLock { $0.base = plain }
            return plain
        }
        throw silence(failure)
    }

    private func ping(_ base: WebAddress) async throws(Problem) -> HTTPResponse {
        try await http.send(prepared("GET", base.resolving("/v2/") ?? base, to: base, .none))
    }

    private func follow(
        _ request: RegistryRequest, _ base: WebAddress, _ proof: String?
    ) async throws(Problem) -> HTTPResponse {
        guard var target = base.resolving(request.target) else {
            throw Problem(.invalid, "the registry \(host): \"\(URLText.printable(request.target))\" is not a path")
        }
        var proof = proof
        var barrier = AddressBarrier.none
        for _ in 0...RegistryServer.mostRedirects {
            var wanted = prepared(request.method, target, to: base, barrier)
            wanted.maximumResponseBytes = request.maximumBytes
            if !request.accept.isEmpty { wanted.headers.append(("Accept", request.accept.joined(separator: ", "))) }
            if let proof { wanted.headers.append(("Authorization", proof)) }
            let response: HTTPResponse
            do throws(Problem) { response = try await http.send(wanted) } catch { throw silence(error) }
            // What it sends us on to has no say in this.
            if target.isSameServer(as: base) { note(response) }
            guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"]
            else {
                return response
            }
            guard let next = target.resolving(location) else {
                throw Problem(.invalid, "the registry \(host) sends to \"\(URLText.shown(location))\", which is no URL")
            }
            barrier = try Outward(server: base, peer: response.peer).barrier(to: next, "another place")
            if !next.isSameServer(as: target) { proof = nil }
            target = next
        }
        throw Problem(.invalid, "the registry \(host) sends on more than \(RegistryServer.mostRedirects) times")
    }

    private func prepared(
        _ method: String, _ target: WebAddress, to base: WebAddress, _ barrier: AddressBarrier
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: target.text, timeout: timeout)
        // A certificate of ours is nobody else's business.
        request.tls = target.host == base.host ? access.tls : HTTPRequest.TLSOptions(caFile: access.tls.caFile)
        request.proxy = proxies.proxy(to: target)
        request.barrier = barrier
        return request
    }

    /// What kept us from asking is no answer.
    private func silence(_ problem: Problem) -> Problem {
        guard [.unreachable, .timeout, .failed].contains(problem.code) else { return problem }
        // Somebody may begin to use TLS, or stop it.
        if access.mayBePlain { known.withLock { $0.base = nil } }
        return Problem(.unreachable, "the registry \(host) cannot be asked", cause: problem)
    }
}

extension Problem {
    /// Another try a moment later may well work: a connection that broke, and no name, certificate or patience.
    fileprivate var isPassing: Bool { cause.map { $0.code == .failed || $0.code == .unreachable } ?? false }
}
