import Model
import Processes
import TestKit
import Testing

/// `grapnel prune`, with an agent and without one, on real engines.
struct PruneCommandTests {
    private final class Home: ProgramHome {
        let tree = FileTree()
        let machine: TestEngine
        let registry: TestRegistry
        let name = "pruned-" + String(UInt32.random(in: .min ... .max), radix: 36)

        var environment: [String: String] { ["DOCKER_HOST": machine.host] }

        init(_ version: String) async throws {
            machine = try await TestEngine.shared(version)
            registry = try await TestRegistry.shared()
            try await machine.build(.idle, as: "grapnel-test/\(name):0")
            try await machine.docker("run", "-d", "--name", name, "grapnel-test/\(name):0")
            tree.file(
                "grapnel.yaml",
                """
                services:
                  \(name):
                    driver: container
                    image: \(registry.host)/\(name):1
                    poll: off
                    health: { interval: 100ms, stable: 100ms, grace: 10s }

                """)
        }

        func publish(_ text: String) async throws {
            try await registry.publish(.web(text).with { $0.filling = 2 << 20 }, as: "\(name):1")
        }

        func deploy() async throws {
            let result = try await program.run("deploy", name)
            #expect(result.succeeded, "\(result.outputText) \(result.errorsText)")
        }

        func prune(_ words: String...) async throws -> ProcessResult {
            try await Process.run(program.spec(["prune"] + words, environment))
        }

        var kept: Int {
            get async throws {
                try await machine.docker("images", "--format", "{{.Tag}}", "grapnel-keep").split(separator: "\n")
                    .count { $0.hasPrefix(name) }
            }
        }

        func end() async throws { try await machine.docker("rm", "-f", name) }
    }

    /// The lines on this service; others have theirs on the same engine.
    private func lines(_ result: ProcessResult, _ home: Home) -> [String] {
        result.outputText.split(separator: "\n").map(String.init).filter { $0.contains(home.name) }
    }

    @Test(arguments: TestEngine.versions)
    func `what runs and what can be gone back to stays, and what a service has left goes when it is no longer there`(
        version: String
    ) async throws {
        let home = try await Home(version)
        let agent = RunningAgent(home.program, environment: home.environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        for text in ["one", "two"] {
            try await home.publish(text)
            try await home.deploy()
        }
        var result = try await home.prune(home.name)
        #expect(result.exitCode == 0, "\(result.errorsText)")
        #expect(result.outputText.contains("\nnothing to remove\n"), "\(result.outputText)")
        #expect(lines(result, home).contains { $0.hasSuffix("  kept  it is what \(home.name) runs") })
        #expect(
            lines(result, home).contains { $0.hasSuffix("  kept  it is what \(home.name) can be rolled back to") })
        #expect(try await home.kept == 2)

        home.tree.file("grapnel.yaml", "services: { other: { script: { run: [/bin/true] } } }\n")
        #expect(try await home.program.run("reload").succeeded)
        try await home.end()
        result = try await home.prune("--dry-run", home.name)
        #expect(result.outputText.contains("\n2 images would be removed, "), "\(result.outputText)")
        #expect(result.outputText.contains("next: grapnel prune \(home.name) --home \(home.home)\n"))
        #expect(try await home.kept == 2)

        result = try await home.prune()
        #expect(lines(result, home).count { $0.contains("  removed") } == 2, "\(result.outputText)")
        #expect(result.outputText.contains(" removed, which gave "), "\(result.outputText)")
        #expect(try await home.kept == 0)
        #expect(agent.log.contains(" of \(home.name): removed"))
        await agent.stop()
    }

    @Test(arguments: TestEngine.versions)
    func `a deploy that runs keeps its own, and without an agent what it has left is kept too`(
        version: String
    ) async throws {
        let home = try await Home(version)
        var agent = RunningAgent(home.program, environment: home.environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        try await home.publish("one")
        try await home.deploy()
        try await home.publish("two")
        home.tree.script("hooks/\(home.name)/pre-up.d/10-wait", #"touch "${0%/hooks/*}/waiting"; exec sleep 300"#)
        #expect(try await home.program.run("deploy", home.name, "--no-wait").succeeded)
        #expect(await wait { home.tree.read("waiting") != nil })
        let id = try await home.history().first?["id"]?.string ?? ""
        // Not in the settings any more, and busy all the same.
        home.tree.file("grapnel.yaml", "services: { other: { script: { run: [/bin/true] } } }\n")
        #expect(try await home.program.run("reload").succeeded)
        let reason = "deploy \(id) of \(home.name) is under way"
        var result = try await home.prune(home.name, "--json")
        func reasons(_ result: ProcessResult) throws -> Set<String> {
            let images = try JSON(parsing: result.output)["images"]?.array ?? []
            return Set(images.filter { $0["services"]?[0]?.string == home.name }.compactMap { $0["reason"]?.string })
        }
        #expect(try reasons(result) == [reason])
        agent.signal(9)
        #expect(await agent.waitForEnd())
        result = try await home.prune(home.name, "--json")
        #expect(result.exitCode == 0, "\(result.errorsText)")
        #expect(try reasons(result) == [reason])
        let kept = try await home.kept
        #expect(kept >= 2)

        // Back in the settings the deploy is ended, and what it had brought goes.
        home.tree.remove("hooks/\(home.name)")
        home.tree.file(
            "grapnel.yaml",
            "services: { \(home.name): { driver: container, image: \"\(home.registry.host)/\(home.name):1\", poll: off } }\n"
        )
        agent = RunningAgent(home.program, environment: home.environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        #expect(await wait { (try? await home.history().first?["outcome"]?.string) != nil })
        await agent.stop()
        result = try await home.prune(home.name, "--json")
        #expect(try reasons(result).contains("it is what \(home.name) runs"))
        let report = try JSON(parsing: result.output)
        #expect((report["freed"]?.integer ?? 0) >= 2 << 20, "\(report.prettyText)")
        #expect(try await home.kept < kept)
        try await home.end()
    }

    @Test(arguments: TestEngine.versions)
    func `without an agent a service that labels describe keeps what it runs and its way back`(
        version: String
    ) async throws {
        // Images that nobody else on the engine has.
        let only = String(UInt32.random(in: .min ... .max), radix: 36)
        let home = try await LabelledContainerHome(
            try await TestEngine.shared(version), .idle.with { $0.labels = ["only": only] })
        let old = try await home.image
        let agent = home.agent()
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        try await home.offer(.web(only))
        #expect(try await home.program.run("deploy", home.name).succeeded)
        await agent.stop()
        let result = try await Process.run(home.program.spec(["prune", home.name, "--json"], home.environment))
        #expect(result.exitCode == 0, "\(result.errorsText)")
        let images = try JSON(parsing: result.output)["images"]?.array ?? []
        let own = images.filter { $0["services"]?[0]?.string == home.name }
        #expect(
            Set(own.map { $0["reason"]?.string ?? "" }) == [
                "it is what \(home.name) runs", "it is what \(home.name) can be rolled back to",
            ])
        #expect(try await home.machine.docker("images", "--quiet", "--no-trunc", "grapnel-keep").contains(old))
        try await home.remove()
    }

    @Test func `a name that is nobody's is a slip, and an engine that is not there is said`() async throws {
        let home = try await Home("26.1")
        let result = try await home.prune("webb")
        #expect(result.exitCode == 2)
        #expect(result.errorsText == "grapnel: there is no service \"webb\", expected one of \(home.name)\n")
        try await home.end()
        let site = Installation()
        let absent = try await site.program.run(
            "prune", environment: ["DOCKER_HOST": "unix://\(site.tree.path("none.sock"))"])
        #expect(absent.exitCode == 69)
        #expect(
            absent.errorsText.hasPrefix("grapnel: the engine at unix://\(site.tree.path("none.sock")) does not answer"))
    }
}
