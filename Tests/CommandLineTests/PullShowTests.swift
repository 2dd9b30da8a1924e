import Model
import Processes
import TestKit
import Testing

/// A real pull, from a real registry, by a real engine, as a person sees it.
struct PullShowTests {
    private final class Home: ProgramHome {
        let tree = FileTree()
        let machine: TestEngine
        let name = "shown-" + String(UInt32.random(in: .min ... .max), radix: 36)

        /// A pull of many megabytes takes long enough to be looked at.
        init(_ version: String, megabytes: Int = 40) async throws {
            machine = try await TestEngine.shared(version)
            let registry = try await TestRegistry.shared()
            try await registry.publish(.idle.with { $0.filling = megabytes << 20 }, as: "\(name):1")
            try await machine.build(.idle, as: "grapnel-test/\(name):0")
            try await machine.docker("run", "-d", "--name", name, "grapnel-test/\(name):0")
            tree.file(
                "grapnel.yaml",
                """
                services:
                  web:
                    container: \(name)
                    image: \(registry.host)/\(name):1
                    poll: off
                    health: { interval: 100ms, stable: 100ms, grace: 10s }

                """)
        }

        func deploy(_ words: [String], environment: [String: String] = [:]) async throws -> ProcessResult {
            let agent = RunningAgent(program, environment: ["DOCKER_HOST": machine.host])
            #expect(await agent.waitUntilReady(), "\(agent.log)")
            var spec = ProcessSpec(words)
            spec.environment = Program.environment.merging(environment) { $1 }
            spec.directory = "/"
            spec.timeout = .seconds(120)
            spec.outputLimit = 1 << 20
            let result = try await Process.run(spec)
            await agent.stop()
            try await machine.docker("rm", "-f", name)
            return result
        }
    }

    @Test(arguments: TestEngine.versions) func `on a terminal there are bars, and then the phases`(
        version: String
    ) async throws {
        let home = try await Home(version, megabytes: 200)
        let command = "stty cols 70 rows 20; \(Program.path) deploy web --home \(home.home)"
        let result = try await home.deploy(
            ["script", "--quiet", "--return", "--command", command, "/dev/null"],
            environment: ["TERM": "xterm", "NO_COLOR": "1"])
        #expect(result.succeeded, "\(result.outputText)")
        let written = result.outputText
        #expect(written.contains(" [=") || written.contains(" [>"), "\(written)")
        #expect(!written.contains("\u{1B}[3"), "colours")
        var terminal = EmulatedTerminal(columns: 70, height: 20)
        terminal.write(written)
        let phases = terminal.lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(
            phases == [
                "select", "plan", "pre-pull", "pull", "verify", "pre-up", "up", "post-up", "health", "settle", "web:",
            ], "\(terminal.text)")
        let pull = terminal.lines.first { $0.hasPrefix("  pull ok ") } ?? ""
        #expect(pull.contains(" layer"), "\(pull)")
    }

    @Test(arguments: TestEngine.versions) func `in a file there are lines, and few of them`(version: String)
        async throws
    {
        let home = try await Home(version)
        let result = try await home.deploy([Program.path, "deploy", "web", "--home", home.home])
        let text = result.outputText
        #expect(result.succeeded, "\(text)")
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
        #expect(text.contains("  pull: layer "), "\(text)")
        #expect(text.contains("  pull ok "))
        #expect(text.split(separator: "\n").count < 25, "\(text)")
    }
}
