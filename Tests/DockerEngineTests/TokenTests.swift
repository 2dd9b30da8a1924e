import Crypto
import DockerEngine
import Lifecycle
import Model
import Registries
import TestKit
import Testing

/// A registry that takes neither user nor password, but tokens that another server gives for them, as the public ones do.
struct TokenTests {
    @Test(
        "A container is moved to releases from a registry with tokens, by docker's login", arguments: TestEngine.stores)
    func deploys(version: String) async throws {
        let tokens = try await TokenServer.start()
        let registry = try await TestRegistry.start(authorization: tokens.authorization)
        let moves = try await Moves(on: try await TestEngine.shared(version), from: registry)
        let digest = try await moves.offer(.web("two").with { $0.filling = 1 << 20 })
        let asked = tokens.requests.count
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(record.to?.identity == digest)
        #expect(try await moves.container?.isRunning == true)
        // By the engine, for this repository alone. containerd tries the newer way first, which is not there.
        let own = tokens.requests.dropFirst(asked).filter { !$0.hasPrefix("POST ") }
        #expect(!own.isEmpty && own.allSatisfy { $0.contains("scope=repository%3A\(moves.name)%3Apull") }, "\(own)")
        try await moves.remove()
    }

    @Test(
        "A login that the token server refuses, or none, changes nothing and says which it was",
        arguments: TestEngine.stores)
    func refused(version: String) async throws {
        let tokens = try await TokenServer.start()
        let registry = try await TestRegistry.start(authorization: tokens.authorization)
        let files = FileTree()
        let wrong = Base64.standard.encode("\(TestRegistry.user):hunter2".utf8)
        files.file("wrong/config.json", (["auths": [registry.host: ["auth": .string(wrong)]]] as JSON).text)
        files.file("none/config.json", "{}")
        let machine = try await TestEngine.shared(version)
        for (login, words) in [
            ("wrong", "refuses the credentials that it was given"),
            ("none", "wants credentials, and there are none for it"),
        ] {
            let moves = try await Moves(on: machine, from: registry, configuration: files.path(login))
            let old = try #require(try await moves.container)
            try await moves.offer(.web("two"))
            let record = try await moves.deploy()
            #expect(record.outcome == .failed && record.phase == .plan)
            let reason = try #require(record.reason)
            #expect(reason.contains("the registry \(registry.host) \(words)"), "\(reason)")
            #expect(!reason.contains("hunter2") && !reason.contains(wrong), "\(reason)")
            #expect(try await moves.container == old)
            #expect(try await moves.journal.blocks(service: moves.name) == [])
            // Nor is it pulled, had somebody told the digest.
            let pinned = try ImageReference(moves.tag).pinned(to: Digest(try await moves.offer(.web("three"))))
            let finder = CredentialFinder(
                registries: [:], dockerConfig: files.path(login) + "/config.json", environment: [:])
            let access = try await finder.find(for: pinned)?.credentials
            #expect(await problem { _ = try await moves.engine.pull(pinned, access) }?.code == .forbidden)
            try await moves.remove()
        }
    }
}
