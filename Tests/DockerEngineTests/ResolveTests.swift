import DockerEngine
import HTTPClient
import Model
import TestKit
import Testing

struct ResolveTests {
    @Test("A tag is resolved to the digest that the registry has for it now", arguments: TestEngine.stores)
    func resolve(version: String) async throws {
        let registry = try await TestRegistry.shared()
        let engine = try await engine(version)
        let reference = try ImageReference("\(registry.host)/resolved/\(version):1")
        let first = try await registry.publish(.web("one"), as: "resolved/\(version):1")
        #expect(try await engine.resolve(reference) == first)
        let second = try await registry.publish(.web("two"), as: "resolved/\(version):1")
        #expect(first != second)
        #expect(try await engine.resolve(reference) == second)
        #expect(try await engine.resolve(reference.pinned(to: first)) == first)
    }

    @Test("A tag and a repository that are not there are not found", arguments: TestEngine.stores)
    func notFound(version: String) async throws {
        let registry = try await TestRegistry.shared()
        try await registry.publish(.web("one"), as: "there:1")
        for name in ["there:2", "never-there:1"] {
            let reference = try ImageReference("\(registry.host)/\(name)")
            let refusal = await problem { _ = try await engine(version).resolve(reference) }
            #expect(refusal?.code == .notFound)
            #expect(refusal?.message == "\(reference.familiar): the registry \(registry.host) does not have it")
        }
    }

    @Test(
        "A registry that wants a password is told one, and what is wrong says so without it",
        arguments: TestEngine.stores)
    func forbidden(version: String) async throws {
        let registry = try await TestRegistry.start(isProtected: true)
        let engine = try await engine(version)
        let digest = try await registry.publish(.web("secret"), as: "private:1")
        let reference = try ImageReference("\(registry.host)/private:1")
        // Users of every length: the header's text is padded.
        let good = RegistryCredentials(
            host: registry.host, user: TestRegistry.user, password: Secret(TestRegistry.password))
        #expect(try await engine.resolve(reference, good) == digest)

        for user in ["me", "you", "them"] {
            let bad = RegistryCredentials(host: registry.host, user: user, password: Secret("hunter2"))
            let refusal = await problem { _ = try await engine.resolve(reference, bad) }
            #expect(refusal?.code == .forbidden)
            #expect(
                refusal?.message
                    == "\(reference): the registry \(registry.host) refuses the credentials that it was given")
            #expect(refusal.map { !"\($0)".contains("hunter2") } == true)
            let pinned = reference.pinned(to: digest)
            #expect(await problem { _ = try await engine.pull(pinned, bad) }?.code == .forbidden)
        }
        let refusal = await problem { _ = try await engine.resolve(reference) }
        #expect(refusal?.code == .forbidden)
        #expect(
            refusal?.message
                == "\(reference): the registry \(registry.host) wants credentials, and there are none for it")
        #expect(await problem { _ = try await engine.pull(reference.pinned(to: digest)) }?.code == .forbidden)
        #expect(try await engine.pull(reference.pinned(to: digest), good).digest(in: reference) == digest)
    }

    @Test("A registry that nobody answers for is unreachable, and the engine is not", arguments: TestEngine.stores)
    func unreachable(version: String) async throws {
        let nobody = SilentPort()
        let broken = ScriptedServer { peer in
            while peer.request() != nil { peer.answer("no", status: "500 Internal Server Error") }
        }
        let busy = ScriptedServer { peer in
            while peer.request() != nil { peer.answer("no", status: "429 Too Many Requests") }
        }
        for host in [
            "127.0.0.1:\(nobody.port)", "127.0.0.1:\(broken.port)", "127.0.0.1:\(busy.port)", "registry.invalid",
        ] {
            let reference = try ImageReference("\(host)/web:1")
            let refusal = await problem { _ = try await engine(version).resolve(reference) }
            #expect(refusal?.code == .unreachable, "\(host)")
            #expect(refusal?.message == "\(host)/web:1: the engine cannot ask the registry \(host)")
            let digest = try Digest("sha256:" + String(repeating: "b", count: 64))
            let pull = await problem { _ = try await engine(version).pull(reference.pinned(to: digest)) }
            #expect(pull?.code == .unreachable, "\(host): \(pull?.description ?? "pulled")")
        }
    }

    @Test(
        "An answer without a digest is a problem and never an empty digest: trap 9",
        arguments: ["", "sha256:", "nonsense"])
    func emptyDigest(digest: String) async throws {
        let imitated = ImitatedEngine { _ in #"{"Descriptor": {"digest": "\#(digest)"}, "Platforms": null}"# }
        let refusal = await problem {
            _ = try await imitated.engine.resolve(ImageReference("registry.example/web:1"))
        }
        #expect(refusal?.code == .invalid)
        #expect(
            refusal?.message == "registry.example/web:1: the registry registry.example answers without a digest")
    }
}
