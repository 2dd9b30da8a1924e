import Crypto
import Daemon
import Glibc
import HTTPClient
import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

@testable import Registries

/// Registries as there are some: old, careless, overloaded, hostile.
struct StrangeRegistryTests {
    private static let manifest =
        #"{"schemaVersion":2,"config":{"digest":"sha256:\#(String(repeating: "a", count: 64))"}}"#
    private static let digest = Digest.of(Array(manifest.utf8))!

    private func digest(_ registry: ImitatedRegistry, _ own: RegistryAccess? = nil, _ servers: RegistryServers? = nil)
        async throws -> Digest
    {
        try await client(servers: servers).digest(of: ImageReference("\(registry.host)/web:1"), for: service(own))
    }

    private typealias Answer = ImitatedRegistry.Answer

    @Test(
        "One without HEAD, or without the digest in its answer, is asked for the manifest itself",
        arguments: [404, 405, 400, 501, 200])
    func noHead(status: Int) async throws {
        let registry = ImitatedRegistry { line, _ in
            line.hasPrefix("HEAD") ? Answer(status: "\(status) Whatever") : Answer(body: Self.manifest)
        }
        #expect(try await digest(registry) == Self.digest)
        #expect(registry.asked == ["HEAD /v2/web/manifests/1", "GET /v2/web/manifests/1"])
        let accepted = registry.requests.filter { $0.contains("manifests") }
        for type in MediaType.manifests { #expect(accepted.allSatisfy { $0.contains(type) }, "\(type)") }
    }

    /// Lends a password, another one each time.
    private final class Lender: RegistryHelper {
        let lent = Recorded<String>()

        func credentials(for reference: ImageReference) async throws(Problem) -> LentCredentials? {
            lent.append("word\(lent.all.count + 1)")
            return LentCredentials(
                credentials: RegistryCredentials(
                    host: reference.host, user: "me", password: Secret(lent.all.last ?? "")), expires: nil)
        }

        func pushed(
            in reference: ImageReference, at url: String, as credentials: RegistryCredentials?
        ) async throws(Problem) -> [String: Timestamp]? { nil }
    }

    @Test("Lent credentials that are taken back before their time are asked for again, once a minute at most")
    func takenBack() async throws {
        let valid = Recorded<String>()
        valid.append("word1")
        let registry = ImitatedRegistry { _, request in
            let right = "Basic " + Base64.standard.encode(Array("me:\(valid.all.last ?? "")".utf8))
            return request.contains(right)
                ? Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                : Answer(status: "401 No", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
        }
        let (clock, lender) = (ManualClock(), Lender())
        let nowhere = Position(file: "grapnel.yaml", line: 1, column: 1)
        var access = RegistryAccess()
        access.plugin = PluginUse(
            plugin: "own", options: LocatedValue(.object([]), at: nowhere), position: nowhere, place: "registries")
        let servers = RegistryServers(http: http, clock: clock, environment: [:])
        let settings = [registry.host: access]
        let client = RegistryClient(
            servers, registries: settings,
            credentials: CredentialFinder(
                registries: settings, dockerConfig: nil, environment: ["DOCKER_CONFIG": "/nonexistent"],
                loans: servers.loans
            ) { _ in lender })
        let reference = try ImageReference("\(registry.host)/web:1")
        func ask() async -> Problem? {
            await problem { _ = try await client.digest(of: reference, for: service()) }
        }
        #expect(await ask() == nil)
        valid.append("word2")
        #expect(await ask()?.code == .forbidden)
        #expect(lender.lent.all == ["word1"])
        clock.advance(by: .seconds(61))
        #expect(await ask() == nil)
        #expect(lender.lent.all == ["word1", "word2"])
    }

    @Test("One that sends something else than it says is not believed")
    func liar() async throws {
        let wrong = Digest.of(Array("other".utf8))!
        let registry = ImitatedRegistry { line, _ in
            line.hasPrefix("HEAD")
                ? Answer(status: "405 No")
                : Answer(headers: [("Docker-Content-Digest", "\(wrong)")], body: Self.manifest)
        }
        let refusal = await problem { _ = try await digest(registry) }
        #expect(refusal?.code == .invalid, "\(refusal?.description ?? "")")
        let strange = ImitatedRegistry { _, _ in Answer(headers: [("Docker-Content-Digest", "latest")]) }
        #expect(await problem { _ = try await digest(strange) }?.code == .invalid)
        let empty = ImitatedRegistry { _, _ in Answer(headers: [("Docker-Content-Digest", "")], body: Self.manifest) }
        #expect(try await digest(empty) == Self.digest)
    }

    @Test("A page for people is no manifest, and an answer without tags is not none")
    func pageForPeople() async throws {
        let portal = ImitatedRegistry { _, _ in
            Answer(headers: [("Content-Type", "text/html")], body: "<html>Log in</html>")
        }
        #expect(await problem { _ = try await digest(portal) }?.code == .invalid)
        for (body, isList) in [(#"{"errors":[]}"#, false), ("[]", false), (#"{"tags":null}"#, true)] {
            let registry = ImitatedRegistry { _, _ in Answer(body: body) }
            let reference = try ImageReference("\(registry.host)/web")
            let refusal = await problem { _ = try await client().tags(of: reference, for: service()) }
            #expect(refusal?.code == (isList ? nil : .invalid), "\(body)")
        }
    }

    @Test("Limits that no registry has are reckoned with all the same")
    func limits() throws {
        func quota(_ limit: String, _ remaining: String) -> Quota? {
            Quota(
                HTTPHeaders([("RateLimit-Limit", limit), ("RateLimit-Remaining", remaining)]),
                now: Timestamp(microseconds: 0))
        }
        let now = Timestamp(microseconds: 1_000_000)
        #expect(quota("1", "\(Int.max)")?.isLow(at: now) == false)
        #expect(quota("\(Int.max);w=\(Int.max)", "-5")?.isLow(at: now) == true)
        #expect(quota("100;w=21600", "10;w=21600")?.isLow(at: now) == true)
        #expect(quota("100;w=21600", "11;w=21600")?.isLow(at: now) == false)
        #expect(quota("0", "0") == nil && quota("many", "1") == nil)
    }

    @Test("Who was let in elsewhere is refused for one repository only, until it happens again and again")
    func oneRepository() async throws {
        let isOpen = Recorded<Bool>()
        let registry = ImitatedRegistry { line, request in
            guard request.contains("Authorization: Basic") else {
                return Answer(status: "401 No", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
            }
            return line.contains("/web/") && isOpen.all.isEmpty
                ? Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                : Answer(status: "401 No", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        let own = RegistryAccess(username: "me", password: Secret("p"))
        func ask(_ name: String) async throws -> Problem? {
            let reference = try ImageReference("\(registry.host)/\(name):1")
            return await problem { _ = try await client(servers: servers).digest(of: reference, for: service(own)) }
        }
        #expect(try await ask("web") == nil)
        for _ in 1...2 { #expect(try await ask("other")?.code == .forbidden) }
        #expect(registry.asked.count { $0.contains("/other/") } == 1)
        #expect(try await ask("web") == nil)
        isOpen.append(false)
        for number in 1...20 { #expect(try await ask("x\(number)")?.code == .forbidden) }
        #expect(registry.asked.count { $0.contains("/x") } < 8)
        #expect(try await ask("web")?.code == .forbidden)
    }

    @Test("Who is told that something is forbidden has not been let in")
    func forbiddenIsNotWelcome() async throws {
        let registry = ImitatedRegistry { line, request in
            line.contains("/closed/") && request.contains("Authorization: Basic")
                ? Answer(status: "403 No")
                : Answer(status: "401 No", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        let own = RegistryAccess(username: "me", password: Secret("p"))
        for name in ["closed", "one", "two"] {
            let reference = try ImageReference("\(registry.host)/\(name):1")
            let refusal = await problem {
                _ = try await client(servers: servers).digest(of: reference, for: service(own))
            }
            #expect(refusal?.code == .forbidden)
        }
        #expect(registry.asked.contains { $0.contains("/one/") } && !registry.asked.contains { $0.contains("/two/") })
    }

    @Test("A registry that gives its tokens elsewhere, or takes passwords instead, is understood anew")
    func changedMind() async throws {
        let state = Recorded<String>()
        let tokens = ImitatedRegistry { line, _ in
            line.hasPrefix("GET /old") ? Answer(status: "500 Gone") : Answer(body: #"{"token":"t"}"#)
        }
        let registry = ImitatedRegistry { _, request in
            let challenge: String
            switch state.all.last {
            case "old": challenge = #"Bearer realm="http://\#(tokens.host)/old""#
            case "new":
                if request.contains("Authorization: Bearer t\r\n") {
                    return Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                }
                challenge = #"Bearer realm="http://\#(tokens.host)/new""#
            default:
                if request.contains("Authorization: Basic ") {
                    return Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                }
                challenge = #"Basic realm="x""#
            }
            return Answer(status: "401 No", headers: [("WWW-Authenticate", challenge)])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        let own = RegistryAccess(username: "me", password: Secret("p"))
        state.append("old")
        #expect(await problem { _ = try await digest(registry, own, servers) }?.code == .unreachable)
        for next in ["new", "basic", "new"] {
            state.append(next)
            #expect(try await digest(registry, own, servers) == Self.digest, "\(next)")
        }
    }

    @Test("A token server that has had too much closes the registry too: trap 26")
    func busyTokens() async throws {
        let tokens = ImitatedRegistry { _, _ in Answer(status: "429 No", headers: [("Retry-After", "300")]) }
        let registry = ImitatedRegistry { _, _ in
            Answer(status: "401 No", headers: [("WWW-Authenticate", #"Bearer realm="http://\#(tokens.host)/t""#)])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        for _ in 1...5 {
            let refusal = await problem { _ = try await digest(registry, nil, servers) }
            #expect(
                refusal?.description.contains("the token server of \(registry.host) has had too many requests") == true)
        }
        #expect(tokens.asked.count == 1)
    }

    @Test("No registry is asked by more than a few at a time")
    func bound() async throws {
        let inside = Mutex((now: 0, most: 0))
        let registry = ImitatedRegistry { _, _ in
            inside.withLock { inside in
                inside.now += 1
                inside.most = max(inside.most, inside.now)
            }
            usleep(20_000)
            inside.withLock { $0.now -= 1 }
            return Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...30 {
                group.addTask { #expect(await problem { _ = try await digest(registry, nil, servers) } == nil) }
            }
        }
        let most = inside.withLock { $0.most }
        #expect((2...6).contains(most), "\(most)")
    }

    @Test("Six refusals of one moment are one, and do not add up")
    func burst() async throws {
        let registry = ImitatedRegistry { _, _ in Answer(status: "429 No") }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...6 {
                group.addTask { _ = await problem { _ = try await digest(registry, nil, servers) } }
            }
        }
        let refusal = await problem { _ = try await digest(registry, nil, servers) }?.description ?? ""
        let until = refusal.split(separator: "until ").last.flatMap { Timestamp(String($0)) }
        #expect(until.map { $0 - SystemClock().now() < .seconds(40) } == true, "\(refusal)")
    }

    @Test("A manifest of the first version is no release")
    func ancient() async throws {
        let registry = ImitatedRegistry { _, _ in
            Answer(
                headers: [
                    ("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws; charset=utf-8"),
                    ("Docker-Content-Digest", "\(Self.digest)"),
                ])
        }
        #expect(await problem { _ = try await digest(registry) }?.code == .unsupported)
    }

    @Test("One that has had too much is left alone for as long as it says, by everybody: trap 26")
    func tooMany() async throws {
        let registry = ImitatedRegistry { _, _ in
            Answer(status: "429 Too Many Requests", headers: [("Retry-After", "120")])
        }
        let servers = RegistryServers(http: http, clock: SystemClock(), environment: [:])
        let first = await problem { _ = try await digest(registry, nil, servers) }
        #expect(first?.code == .unreachable && first?.cause == nil)
        #expect(
            first?.description.contains("too many requests (status 429) and is left alone until 20") == true,
            "\(first?.description ?? "")")
        for _ in 1...20 {
            #expect(await problem { _ = try await digest(registry, nil, servers) }?.code == .unreachable)
        }
        #expect(registry.asked == ["HEAD /v2/web/manifests/1"])
    }

    @Test("A short wait is waited for, also when it is said in millionths of a second")
    func shortWait() async throws {
        let count = Recorded<Int>()
        let registry = ImitatedRegistry { _, _ in
            count.append(1)
            guard count.all.count > 1 else {
                return Answer(status: "429 Slow Down", headers: [("Retry-After", "0.000331")])
            }
            return Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
        }
        let started = ContinuousClock.now
        #expect(try await digest(registry) == Self.digest)
        #expect(ContinuousClock.now - started >= .seconds(1))
        #expect(count.all.count == 2)
    }

    @Test("One that fails is asked a few times, and then nothing is known")
    func failing() async throws {
        let count = Recorded<Int>()
        let registry = ImitatedRegistry { _, _ in
            count.append(1)
            return count.all.count == 2
                ? Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                : Answer(
                    status: "503 No", body: #"{"errors":[{"code":"UNAVAILABLE","message":"in maintenance\u0007"}]}"#)
        }
        #expect(try await digest(registry) == Self.digest)
        let refusal = await problem { _ = try await digest(registry) }
        #expect(refusal?.code == .unreachable)
        #expect(count.all.count == 5)
    }

    @Test("Pages that go round in a circle, or elsewhere, end")
    func pages() async throws {
        let circle = ImitatedRegistry { line, _ in
            Answer(
                headers: [("Link", #"</v2/web/tags/list?n=1000>; rel="next""#)], body: #"{"name":"web","tags":["1"]}"#)
        }
        let reference = try ImageReference("\(circle.host)/web")
        #expect(await problem { _ = try await client().tags(of: reference, for: service()) }?.code == .invalid)
        // Whatever host is named, it is not asked.
        let elsewhere = ImitatedRegistry { line, _ in
            line.contains("last=1")
                ? Answer(body: #"{"tags":["2", "-bad", 7]}"#)
                : Answer(
                    headers: [("Link", #"<http://169.254.169.254/v2/web/tags/list?last=1>; rel="next""#)],
                    body: #"{"tags":["1"]}"#)
        }
        let other = try ImageReference("\(elsewhere.host)/web")
        #expect(try await client().tags(of: other, for: service()) == ["1", "2"])
        let none = ImitatedRegistry { _, _ in Answer(body: #"{"tags":null}"#) }
        #expect(try await client().tags(of: ImageReference("\(none.host)/web"), for: service()) == [])
        let junk = ImitatedRegistry { _, _ in Answer(body: "<html>") }
        #expect(
            await problem { _ = try await client().tags(of: ImageReference("\(junk.host)/web"), for: service()) }?.code
                == .invalid)
    }

    // MARK: - Tokens

    private func challenge(_ realm: String, _ scope: String = "repository:web:pull") -> (String, String) {
        ("WWW-Authenticate", #"Bearer realm="\#(realm)",service="test",scope="\#(scope)""#)
    }

    @Test("Nobody is sent to where a cloud gives out credentials")
    func metadata() async throws {
        let registry = ImitatedRegistry { _, _ in
            Answer(status: "401 No", headers: [challenge("http://169.254.169.254/latest/meta-data/")])
        }
        let refusal = await problem {
            _ = try await digest(registry, RegistryAccess(username: "me", password: Secret("x")))
        }
        #expect(refusal?.code == .forbidden)
        #expect(
            refusal?.description.contains("169.254.169.254 is a link-local address") == true,
            "\(refusal?.description ?? "")")
        // They were shown to nobody, so nobody has refused them.
        let (reference, servers) = try (
            ImageReference("\(registry.host)/web:1"),
            RegistryServers(http: http, clock: SystemClock(), environment: [:])
        )
        let own = RegistryAccess(username: "me", password: Secret("x"))
        for _ in 1...2 {
            let refusal = await problem {
                _ = try await client(servers: servers).digest(of: reference, for: service(own))
            }
            #expect(refusal?.description.contains("it is asked again after") == false)
        }
    }

    @Test("A wider scope that is asked for later is got too, the new one first")
    func wider() async throws {
        let asked = Recorded<String>()
        let tokens = ScriptedServer { peer in
            while let request = peer.request() {
                asked.append(String(request.prefix { $0 != "\r\n" }))
                peer.answer(#"{"access_token": "t\#(asked.all.count)"}"#)
            }
        }
        let registry = ImitatedRegistry { _, request in
            if request.contains("Bearer t2") { return Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")]) }
            let scope = request.contains("Bearer t1") ? "repository:base:pull" : "repository:web:pull"
            return Answer(status: "401 No", headers: [challenge("\(tokens.url)/token", scope)])
        }
        #expect(try await digest(registry) == Self.digest)
        #expect(asked.all.count == 2)
        #expect(
            asked.all.last?.contains("scope=repository%3Abase%3Apull&scope=repository%3Aweb%3Apull") == true,
            "\(asked.all)")
    }

    @Test("A token that is refused again and again is not asked for for ever")
    func refusedTokens() async throws {
        let tokens = ScriptedServer { peer in
            while peer.request() != nil { peer.answer(#"{"token": "t"}"#) }
        }
        let registry = ImitatedRegistry { _, _ in
            Answer(
                status: "401 No", headers: [challenge("\(tokens.url)/token")],
                body: #"{"errors":[{"message":"no: secret-password"}]}"#)
        }
        let access = RegistryAccess(username: "me", password: Secret("secret-password"))
        let refusal = await problem { _ = try await digest(registry, access) }
        #expect(refusal?.code == .forbidden && refusal?.description.contains("secret-password") == false)
        #expect(registry.asked.count <= 3 && tokens.requests.count <= 2)
    }

    @Test("What docker login left in place of a password is traded for a token")
    func identity() async throws {
        let asked = Recorded<String>()
        let tokens = ScriptedServer { peer in
            while let request = peer.request() {
                asked.append(request)
                peer.answer(
                    request.hasPrefix("POST") ? #"{"access_token": "good", "expires_in": 300}"# : "{}",
                    status: request.hasPrefix("POST") ? "200 OK" : "401 No")
            }
        }
        let registry = ImitatedRegistry { _, request in
            request.contains("Bearer good")
                ? Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                : Answer(status: "401 No", headers: [challenge("\(tokens.url)/token")])
        }
        let files = FileTree()
        files.file("config.json", #"{"auths": {"\#(registry.host)": {"identitytoken": "kept/away"}}}"#)
        let reference = try ImageReference("\(registry.host)/web:1")
        #expect(
            try await client(dockerConfig: files.path("config.json")).digest(of: reference, for: service())
                == Self.digest)
        #expect(asked.all.count == 1)
        #expect(
            asked.all.first?.hasSuffix(
                "grant_type=refresh_token&refresh_token=kept%2Faway&service=test&scope=repository%3Aweb%3Apull&client_id=grapnel"
            ) == true, "\(asked.all)")
    }

    @Test("A password is shown in a form where the token server knows no other way")
    func form() async throws {
        let tokens = ScriptedServer { peer in
            while let request = peer.request() {
                let isForm =
                    request.hasPrefix("POST") && request.contains("grant_type=password&username=me&password=a%26b")
                peer.answer(#"{"token": "good"}"#, status: isForm ? "200 OK" : "405 No")
            }
        }
        let registry = ImitatedRegistry { _, request in
            request.contains("Bearer good")
                ? Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
                : Answer(status: "401 No", headers: [challenge("\(tokens.url)/token")])
        }
        #expect(try await digest(registry, RegistryAccess(username: "me", password: Secret("a&b"))) == Self.digest)
    }

    @Test("On the way to another server the credentials stay behind, and a circle ends")
    func redirects() async throws {
        let other = ImitatedRegistry { _, request in
            request.lowercased().contains("authorization:")
                ? Answer(status: "500 Told") : Answer(headers: [("Docker-Content-Digest", "\(Self.digest)")])
        }
        let registry = ImitatedRegistry { _, request in
            request.contains("Authorization: Basic")
                ? Answer(status: "307 There", headers: [("Location", "http://\(other.host)/v2/web/manifests/1")])
                : Answer(status: "401 No", headers: [("WWW-Authenticate", #"Basic realm="x""#)])
        }
        #expect(try await digest(registry, RegistryAccess(username: "me", password: Secret("x"))) == Self.digest)
        let circle = ImitatedRegistry { line, _ in
            Answer(status: "302 Again", headers: [("Location", "/v2/web/manifests/1")])
        }
        #expect(await problem { _ = try await digest(circle) }?.code == .invalid)
        let metadata = ImitatedRegistry { _, _ in
            Answer(status: "302 There", headers: [("Location", "http://169.254.169.254/")])
        }
        #expect(await problem { _ = try await digest(metadata) }?.code == .forbidden)
    }
}
