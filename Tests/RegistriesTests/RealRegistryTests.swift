import Daemon
import HTTPClient
import Model
import TestKit
import Testing

@testable import Registries

/// Against the registry that the distribution ships, with images that docker has pushed.
struct RealRegistryTests {
    private let image = TestImage.idle.with { $0.environment = ["FOR": "registries"] }

    private func servers(_ environment: [String: String] = [:]) -> RegistryServers {
        RegistryServers(http: http, clock: SystemClock(), environment: environment)
    }

    private func access(_ user: String, _ password: String) -> RegistryAccess {
        RegistryAccess(username: user, password: Secret(password))
    }

    @Test("A tag stands for the digest that was pushed, and costs one HEAD")
    func digest() async throws {
        let registry = try await TestRegistry.start()
        let digest = try await registry.publish(image, as: "team/web:1")
        let reference = try ImageReference("\(registry.host)/team/web:1")
        let servers = servers()
        for _ in 1...3 { #expect(try await client(servers: servers).digest(of: reference, for: service()) == digest) }
        let lines = ["GET /v2/ 200"] + [String](repeating: "HEAD /v2/team/web/manifests/1 200", count: 3)
        // What it logs comes through a pipe.
        #expect(await wait { registry.accesses("grapnel").count >= lines.count })
        #expect(registry.accesses("grapnel") == lines)
        // One that is pinned is taken at its word.
        #expect(try await client().digest(of: reference.pinned(to: digest), for: service()) == digest)
        try await Task.sleep(for: .milliseconds(100))
        #expect(registry.accesses("grapnel") == lines)
    }

    @Test("What a registry does not have is not found, and that is no silence: trap 8")
    func absent() async throws {
        let registry = try await TestRegistry.shared()
        try await registry.publish(image, as: "team/web:1")
        for name in ["team/web:2", "team/nothing:1"] {
            let reference = try ImageReference("\(registry.host)/\(name)")
            let refusal = await problem { _ = try await client().digest(of: reference, for: service()) }
            #expect(refusal?.code == .notFound, "\(refusal?.description ?? "")")
            #expect(
                refusal?.description.hasPrefix("\(reference.familiar): the registry \(registry.host) does not have it")
                    == true)
        }
        let gone = try ImageReference("127.0.0.1:\(SilentPort.free())/web:1")
        let silence = await problem { _ = try await client().digest(of: gone, for: service()) }
        #expect(silence?.code == .unreachable && silence?.cause != nil)
        #expect(silence?.description.contains("cannot be asked") == true)
    }

    @Test("All tags of a repository are read")
    func tags() async throws {
        let registry = try await TestRegistry.start()
        let first = try await registry.publish(image, as: "web:1")
        let reference = try ImageReference("\(registry.host)/web")
        let manifest = try await http.send(
            HTTPRequest(
                url: "http://\(registry.host)/v2/web/manifests/\(first)",
                headers: [("Accept", MediaType.dockerManifest)]))
        let names = (1...40).map { "v\($0)" }
        for name in names {
            var push = HTTPRequest(method: "PUT", url: "http://\(registry.host)/v2/web/manifests/\(name)")
            push.headers = [("Content-Type", MediaType.dockerManifest)]
            push.body = manifest.body
            #expect(try await http.send(push).status == 201)
        }
        let tags = try await client().tags(of: reference, for: service())
        #expect(tags.sorted() == (names + ["1"]).sorted())
        let missing = try ImageReference("\(registry.host)/nothing")
        #expect(await problem { _ = try await client().tags(of: missing, for: service()) }?.code == .notFound)
    }

    @Test("A password opens a registry that wants one; a wrong one and none are told apart")
    func password() async throws {
        let registry = try await TestRegistry.start(isProtected: true)
        let digest = try await registry.publish(image, as: "web:1")
        let reference = try ImageReference("\(registry.host)/web:1")
        let login = registry.clientConfiguration + "/config.json"
        #expect(try await client(dockerConfig: login).digest(of: reference, for: service()) == digest)
        #expect(
            try await client([registry.host: access("me", "secret")]).digest(of: reference, for: service()) == digest)
        #expect(try await client().digest(of: reference, for: service(access("me", "secret"))) == digest)
        #expect(try await client(dockerConfig: login).tags(of: reference, for: service()) == ["1"])

        let nobody = await problem { _ = try await client().digest(of: reference, for: service()) }
        #expect(nobody?.code == .forbidden)
        #expect(nobody?.description.contains("wants credentials, and there are none for it") == true)
        let servers = servers()
        try await Task.sleep(for: .milliseconds(100))
        let before = registry.accesses("grapnel").count
        for _ in 1...3 {
            let wrong = await problem {
                _ = try await client(servers: servers).digest(of: reference, for: service(access("me", "hunter2")))
            }
            #expect(wrong?.code == .forbidden)
            #expect(wrong?.description.contains("refuses the credentials that it was given") == true)
            #expect(wrong?.description.contains("hunter2") == false)
        }
        // Whoever tries a wrong password again and again is locked out.
        try await Task.sleep(for: .milliseconds(100))
        #expect(registry.accesses("grapnel").count - before == 3)
        // Others are not kept out by it.
        #expect(
            try await client(servers: servers).digest(of: reference, for: service(access("me", "secret"))) == digest)
    }

    @Test("A token is got where the registry says, and used until it expires")
    func token() async throws {
        let tokens = try await TokenServer.start()
        let registry = try await TestRegistry.start(authorization: tokens.authorization)
        for name in ["web", "api"] {
            try await registry.publish(image, as: "\(name):1")
        }
        let before = tokens.requests.count
        let servers = servers()
        let known = client([registry.host: access("me", "secret")], servers: servers)
        for _ in 1...3 {
            for name in ["web", "api"] {
                let reference = try ImageReference("\(registry.host)/\(name):1")
                _ = try await known.digest(of: reference, for: service())
                #expect(try await known.tags(of: reference, for: service()) == ["1"])
            }
        }
        #expect(tokens.requests.count - before == 2, "\(tokens.requests)")
        // Only the first one had to be told that a token is wanted.
        try await Task.sleep(for: .milliseconds(100))
        #expect(registry.accesses("grapnel").filter { $0.hasSuffix(" 401") && $0.contains("manifests") }.count == 1)

        let reference = try ImageReference("\(registry.host)/web:1")
        let nobody = await problem { _ = try await client().digest(of: reference, for: service()) }
        #expect(nobody?.code == .forbidden, "\(nobody?.description ?? "")")
        let wrong = await problem {
            _ = try await client().digest(of: reference, for: service(access("me", "hunter2")))
        }
        #expect(wrong?.description.contains("refuses the credentials") == true, "\(wrong?.description ?? "")")
    }

    @Test("A registry with a certificate of its own is asked with its authority's file and our certificate")
    func certificates() async throws {
        let files = try await TestCertificates.make()
        let registry = try await TestRegistry.start(certificates: files)
        let reference = try ImageReference("\(registry.host)/web:1")
        var access = RegistryAccess()
        access.certificateAuthority = files.directory + "/ca.pem"
        access.certificate = files.directory + "/cert.pem"
        access.key = files.directory + "/key.pem"
        let there = await problem {
            _ = try await client([registry.host: access]).digest(of: reference, for: service())
        }
        #expect(there?.code == .notFound, "\(there?.description ?? "")")

        let stranger = await problem { _ = try await client().digest(of: reference, for: service()) }
        #expect(stranger?.code == .unreachable)
        #expect(stranger?.description.contains("certificate was refused") == true, "\(stranger?.description ?? "")")
        access.certificate = nil
        access.key = nil
        let unknown = await problem {
            _ = try await client([registry.host: access]).digest(of: reference, for: service())
        }
        #expect(unknown?.code == .unreachable, "\(unknown?.description ?? "")")
    }

    @Test(
        "A connection is used for many questions, with HTTP/2 where the registry offers it", arguments: [false, true])
    func connections(isEncrypted: Bool) async throws {
        let files = try await TestCertificates.make()
        let registry = try await TestRegistry.start(certificates: isEncrypted ? files : nil)
        var access = RegistryAccess()
        if isEncrypted {
            access.certificateAuthority = files.directory + "/ca.pem"
            access.certificate = files.directory + "/cert.pem"
            access.key = files.directory + "/key.pem"
        }
        // Others than those of the other tests.
        let servers = RegistryServers(http: HTTPClient(), clock: SystemClock(), environment: [:])
        let asking = client([registry.host: access], servers: servers)
        for name in ["a", "b", "c", "d"] {
            let reference = try ImageReference("\(registry.host)/\(name):1")
            #expect(await problem { _ = try await asking.digest(of: reference, for: service()) }?.code == .notFound)
        }
        #expect(await wait { registry.accesses("grapnel").count >= 5 }, "\(registry.log)")
        #expect(registry.connections.count == 1, "\(registry.connections)")
        #expect(registry.protocols("grapnel") == [isEncrypted ? "HTTP/2.0" : "HTTP/1.1"])
    }

    @Test("When an image was made is read from what it was made of")
    func created() async throws {
        let registry = try await TestRegistry.start()
        let digest = try await registry.publish(image, as: "web:1")
        let reference = try ImageReference("\(registry.host)/web:1")
        let plain = try await client().published(reference, digest, for: service())
        let moment = try #require(plain)
        #expect(SystemClock().now() - moment < .seconds(86_400))

        // As a builder makes it: an index, with what it says about the image beside it, in another index.
        func push(_ name: String, _ body: JSON) async throws -> Digest {
            var push = HTTPRequest(method: "PUT", url: "http://\(registry.host)/v2/web/manifests/\(name)")
            push.headers = [("Content-Type", MediaType.index)]
            push.body = Array(body.text.utf8)
            #expect(try await http.send(push).status == 201)
            return try #require(Digest.of(push.body))
        }
        func entry(_ digest: Digest, _ type: String, _ platform: JSON?) -> JSON {
            var members = JSON.Members([("mediaType", .string(type)), ("digest", .string("\(digest)")), ("size", 527)])
            if let platform { members["platform"] = platform }
            return .object(members)
        }
        let linux: JSON = ["os": "linux", "architecture": "amd64"]
        let unknown: JSON = ["os": "unknown", "architecture": "unknown"]
        let inner = try await push(
            "inner",
            [
                "schemaVersion": 2, "mediaType": .string(MediaType.index),
                "manifests": [
                    entry(digest, MediaType.dockerManifest, unknown), entry(digest, MediaType.dockerManifest, linux),
                ],
            ])
        let outer = try await push(
            "outer",
            [
                "schemaVersion": 2, "mediaType": .string(MediaType.index),
                "manifests": [entry(inner, MediaType.index, nil)],
            ])
        let index = try ImageReference("\(registry.host)/web:outer")
        #expect(try await client().digest(of: index, for: service()) == outer)
        #expect(try await client().published(index, outer, for: service()) == moment)
        // One of another builder has only another platform's; that is no reason not to know how old it is.
        let foreign = try await push(
            "foreign",
            [
                "schemaVersion": 2, "mediaType": .string(MediaType.index),
                "manifests": [
                    entry(digest, MediaType.dockerManifest, unknown),
                    entry(digest, MediaType.dockerManifest, ["os": "linux", "architecture": "s390x"]),
                ],
            ])
        #expect(try await client().published(reference, foreign, for: service()) == moment)
        let times = try await client().times(of: ["1", "outer", "gone"], in: reference, for: service())
        #expect(times == ["1": moment, "outer": moment])
        let many = await problem {
            _ = try await client().times(of: (0...200).map { "\($0)" }, in: reference, for: service())
        }
        #expect(many?.code == .limit)
    }

    @Test("A mirror is asked first, and the registry itself where the mirror cannot help")
    func mirrors() async throws {
        let (mirror, upstream) = (try await TestRegistry.start(), try await TestRegistry.start())
        let both = try await mirror.publish(image, as: "team/web:1")
        let own = try await upstream.publish(image, as: "team/web:1")
        let only = try await upstream.publish(image, as: "team/api:1")
        var access = RegistryAccess()
        access.mirrors = ["http://127.0.0.1:\(SilentPort.free())", "http://\(mirror.host)"]
        let asking = client([upstream.host: access])
        func digest(_ name: String) async throws -> Digest {
            try await asking.digest(of: ImageReference("\(upstream.host)/team/\(name):1"), for: service())
        }
        #expect(try await digest("web") == both)
        #expect(upstream.accesses("grapnel") == [])
        #expect(try await digest("api") == only)
        // One that lies below a path has it in front of the names.
        access.mirrors = ["http://\(mirror.host)/team/"]
        let below = client([upstream.host: access])
        #expect(try await below.digest(of: ImageReference("\(upstream.host)/web:1"), for: service()) == both)
        await mirror.stop()
        #expect(try await digest("web") == own)
    }
}

extension TestRegistry {
    /// What a client of that name has asked for, and with which status it was answered: `GET /v2/ 200`.
    fileprivate func accesses(_ client: String) -> [String] {
        requests(client).map { "\($0.words[0]) \($0.words[1]) \($0.status)" }
    }

    /// In which version of HTTP it did.
    fileprivate func protocols(_ client: String) -> Set<Substring> { Set(requests(client).map { $0.words[2] }) }

    private func requests(_ client: String) -> [(words: [Substring], status: Substring)] {
        log.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            guard parts.count >= 6, parts[5].hasPrefix(client) else { return nil }
            let words = parts[1].split(separator: " ")
            guard words.count == 3, let status = parts[2].split(separator: " ").first else { return nil }
            return (words, status)
        }
    }

    /// From where it was asked: an entry for each connection.
    fileprivate var connections: Set<Substring> {
        Set(log.split(separator: "remoteaddr=\"").dropFirst().map { $0.prefix { $0 != "\"" } })
    }
}
