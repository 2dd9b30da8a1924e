import Model
import Processes
import TestKit
import Testing

/// The ways to registries that are open to a user, with the real program.
struct RegistryAccessTests {
    @Test(
        "A plugin's password opens a registry to looks and to the engine's pull, and its times of pushes count",
        arguments: TestEngine.versions)
    func plugin(version: String) async throws {
        let registry = try await TestRegistry.start(isProtected: true)
        let stand = try await PollStand(
            version, registry, track: "{ semver: ^1, age: 1d }",
            registries: "{ \"\(registry.host)\": { plugin: own, word: \"${file:secret}\" } }")
        stand.tree.file("secret", TestRegistry.password + "\n")
        stand.tree.file(
            "plugins/registry/own.lua",
            """
            return {
              api = 1, kind = "registry", name = "own", summary = "For a test",
              options = { word = { type = "string", secret = true, required = true, description = "the password" } },
              credentials = function(request, options)
                return { username = "\(TestRegistry.user)", password = options.word }
              end,
              pushed = function(request)
                if request.repository ~= "\(stand.name)" then error("asked for " .. request.repository) end
                return { ["1.1.0"] = "2024-05-01T10:00:00Z", ["1.2.0"] = "2999-01-01T00:00:00Z" }
              end,
            }
            """)
        for tag in ["1.1.0", "1.2.0", "1.3.0"] { try await stand.publish(tag) }
        try await stand.withAgent { agent in
            #expect(await wait { (try? await stand.runs()) == "1.1.0" }, "\(agent.log)")
            #expect(await wait { (try? await stand.poll()["finding"]) == "up-to-date" })
            let plan = try await stand.program.run("plan", "web").outputText
            #expect(plan.contains("1 younger than 1d: 1.2.0"), "\(plan)")
        }
        try await stand.remove()
    }

    @Test("Without a time of its push, an image's age is counted from when it was made")
    func age() async throws {
        let stand = try await PollStand("26.1", TestRegistry.start(), track: "{ semver: ^1, age: 1d }")
        try await stand.publish("1.1.0")
        try await stand.withAgent { agent in
            #expect(await wait { (try? await stand.poll()["looked"]) != nil }, "\(agent.log)")
            let plan = try await stand.program.run("plan", "web").outputText
            #expect(plan.contains("1 younger than 1d: 1.1.0"), "\(plan)")
            #expect(try await stand.history() == [])
            stand.write("{ semver: ^1, age: 1s }")
            #expect(try await stand.program.run("reload").ending == .exited(0))
            #expect(await wait { (try? await stand.runs()) == "1.1.0" }, "\(agent.log)")
        }
        try await stand.remove()
    }

    @Test("A proxy of the environment is gone through, but never to this machine itself")
    func proxy() async throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let proxy = ImitatedRegistry { _, _ in ImitatedRegistry.Answer(headers: [("Docker-Content-Digest", digest)]) }
        let registry = try await TestRegistry.shared()
        let machine = try await TestEngine.shared("26.1")
        let name = "proxy-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let near = try await registry.publish(.idle, as: "\(name):1")
        try await machine.docker("run", "-d", "--name", name, "\(registry.host)/\(name):1")
        let tree = FileTree()
        func plan(
            _ image: String, _ more: [String: String] = [:], plugin: String? = nil
        ) async throws -> ProcessResult {
            tree.file(
                "grapnel.yaml",
                """
                registries: { far.test: { insecure: true\(plugin.map { ", plugin: \($0)" } ?? "") } }
                services: { web: { container: \(name), image: "\(image)" } }

                """)
            var environment = [
                "DOCKER_HOST": machine.host, "http_proxy": "http://\(proxy.host)",
                "https_proxy": "http://\(proxy.host)",
            ]
            environment.merge(more) { $1 }
            return try await Program(home: tree.path).run("plan", "web", environment: environment)
        }
        let far = try await plan("far.test/web:1")
        #expect(far.outputText.contains("deploy") && far.outputText.contains("aaaaaaa"), "\(far.outputText)")
        #expect(proxy.asked.contains("HEAD http://far.test/v2/web/manifests/1"), "\(proxy.asked)")

        // What an HTTP server answers to it is no tunnel to a registry.
        let safe = try await plan("safe.test/web:1")
        #expect(!safe.succeeded && safe.outputText.contains("safe.test cannot be asked"), "\(safe.outputText)")
        #expect(proxy.asked.contains { $0.hasPrefix("CONNECT safe.test:443") }, "\(proxy.asked)")

        // Plugins go the same way, but not to where a cloud tells its machines who they are.
        tree.file(
            "plugins/registry/own.lua",
            """
            return {
              api = 1, kind = "registry", name = "own", summary = "For a test", needs = { "http" },
              credentials = function(request, options, agent)
                agent.http.get("http://token.test/one")
                agent.http.get("http://169.254.169.254/two", { timeout = "100ms" })
              end,
            }
            """)
        _ = try await plan("far.test/web:1", plugin: "own")
        #expect(proxy.asked.contains("GET http://token.test/one"), "\(proxy.asked)")
        #expect(!proxy.asked.contains { $0.contains("169.254") }, "\(proxy.asked)")

        let before = proxy.requests.count
        let here = try await plan("\(registry.host)/\(name):1")
        #expect(here.succeeded && here.outputText.contains("\(near.hex.prefix(12))"), "\(here.outputText)")
        let excluded = try await plan("far.test/web:1", ["no_proxy": ".test"])
        #expect(!excluded.succeeded, "\(excluded.outputText)")
        #expect(proxy.requests.count == before, "\(proxy.asked)")
        try await machine.docker("rm", "-f", name)
    }
}
