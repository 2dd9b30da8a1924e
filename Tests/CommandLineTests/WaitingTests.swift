import Glibc
import Model
import Processes
import TestKit
import Testing

/// Those who wait for a deploy, and what becomes of them when the agent or they themselves go away.
struct WaitingTests {
    /// `grapnel deploy site`, when the script is half-way.
    private func deploy(_ site: Installation, _ words: [String] = []) async -> Task<ProcessResult, any Error> {
        let client = Task { [spec = site.program.spec(["deploy", "site"] + words)] in try await Process.run(spec) }
        #expect(await site.isRunning("v1"))
        return client
    }

    @Test(arguments: [[], ["--json"]])
    func `who waits is told of a deploy that ends while the agent is being stopped`(_ words: [String]) async throws {
        let site = Installation()
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        let client = await deploy(site, words)
        agent.signal(SIGTERM)
        #expect(await wait { agent.log.contains("stopping; running deploys have") })
        site.open()
        let result = try await client.value
        #expect(result.exitCode == 0, "\(result.errorsText)")
        #expect(result.errorsText == "")
        #expect(
            words.isEmpty
                ? result.outputText.contains("\nsite: deployed v1")
                : try JSON(parsing: result.output)["outcome"] == "deployed")
        #expect(await agent.waitForEnd())
    }

    @Test(arguments: [[], ["--json"]])
    func `who waits is told that the agent was killed, and not that the deploy failed`(_ words: [String]) async throws {
        let site = Installation()
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        let client = await deploy(site, words)
        agent.signal(SIGKILL)
        let result = try await client.value
        site.open()
        let id = try await site.history().first?["id"]?.string ?? ""
        #expect(result.exitCode == 69)
        #expect(
            result.errorsText
                == "grapnel: the agent went away; the deploy is finished or undone at its next start; see: "
                + "grapnel show \(id) --home \(site.home)\n")
    }

    @Test func `who waits for a wish that was replaced is told so`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            let running = await deploy(site)
            let first = Task { [spec = site.program.spec(["deploy", "site", "--tag", "aaa"])] in
                try await Process.run(spec)
            }
            #expect(await wait { (try? await site.history().count) == 2 })
            let second = try await site.program.run("deploy", "site", "--tag", "bbb", "--no-wait")
            #expect(second.outputText.hasSuffix(" of site is accepted, in the place of what waited\n"))
            site.open()
            _ = try await running.value
            let result = try await first.value
            #expect(result.exitCode == 1)
            #expect(result.outputText.contains("site: deployed bbb"))
            #expect(result.errorsText == "grapnel: somebody asked for tag bbb after you had asked for tag aaa\n")
        }
    }

    @Test func `who leaves is told how to come back`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            let pid = Pid()
            let client = Task { [spec = site.program.spec(["deploy", "site"])] in
                try await Process.run(spec) { _, _ in
                } started: {
                    pid.value = $0
                }
            }
            #expect(await site.isRunning("v1"))
            kill(pid.value, SIGINT)
            let result = try await client.value
            let id = try await site.history().first?["id"]?.string ?? ""
            #expect(result.ending == .signalled(SIGINT))
            #expect(
                result.errorsText == "the deploy goes on: grapnel show \(id) --follow --home \(site.home)\n")
            site.open()
            #expect(try await site.outcome() == "deployed")
        }
    }

    @Test func `a deploy in the queue says what it waits for`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site", "--no-wait")
            #expect(await site.isRunning("v1"))
            let first = try await site.history().first?["id"]?.string ?? ""
            let shown = Shown()
            let second = Task { [spec = site.program.spec(["deploy", "site"])] in
                try await Process.run(spec) { stream, bytes in if stream == .output { shown.add(bytes) } }
            }
            #expect(await wait { shown.text.contains("\n") })
            #expect(shown.text == "  waits for deploy \(first) to end\n")
            site.open()
            let result = try await second.value
            #expect(result.exitCode == 0)
        }
    }

    @Test func `a hook that is being tried ends with who tries it`() async throws {
        let site = Installation()
        site.tree.script(
            "hooks/site/post-up.d/10-long", #"echo $$ >"${0%/hooks/*}/site/pid"; exec sleep 300"#)
        let pid = Pid()
        let client = Task { [spec = site.program.spec(["hooks", "test", "post-up", "site"])] in
            try await Process.run(spec) { _, _ in
            } started: {
                pid.value = $0
            }
        }
        #expect(await wait { site.line("site/pid") != nil })
        kill(pid.value, SIGINT)
        let result = try await client.value
        #expect(result.ending == .signalled(SIGINT))
        let hook = try #require(site.line("site/pid").flatMap { pid_t($0) })
        #expect(kill(hook, 0) == -1)
        kill(hook, SIGKILL)
    }
}
