import Glibc
import Model
import Processes
import TestKit
import Testing

/// Looks at a script service, which needs neither an engine nor a registry.
struct ScriptPollTests {
    private func installation(every: String) -> Installation {
        let site = Installation()
        site.tree.file("grapnel.yaml", Installation.settings + "\n    poll: \(every)\n")
        return site
    }

    @Test("Once takes up what a kill has cut off, and is no success when that went wrong")
    func cutOff() async throws {
        let site = installation(every: "1h")
        #expect(try await site.program.run("once").ending == .exited(0))
        site.offer("v2")
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await site.isRunning("v2"), "\(agent.log)")
        agent.signal(SIGKILL)
        #expect(await agent.waitForEnd())
        site.open()
        let once = try await site.program.run("once")
        #expect(once.ending == .exited(1), "\(once.outputText) \(once.errorsText)")
        // Undone, and then looked at: the next try has its time.
        #expect(site.release == "v1")
        #expect(once.outputText.contains("site     v2     "), "\(once.outputText)")
        #expect(once.outputText.contains("waits until 20"), "\(once.outputText)")
        let outcome = try await site.history().compactMap { $0["outcome"]?.string }.first
        #expect(outcome.map { once.outputText.contains($0) } == true && outcome != "deployed", "\(once.outputText)")
    }

    @Test("Whoever is to be told hears of it before once ends")
    func told() async throws {
        let site = installation(every: "1h")
        site.tree.script("hooks/notify.d/10-note", "echo \"$GRAPNEL_EVENT\" >>\(site.tree.path("told"))")
        #expect(try await site.program.run("once").ending == .exited(0))
        #expect(site.tree.read("told")?.contains("deployed") == true, "\(site.tree.read("told") ?? "nothing")")
    }

    @Test("What a hook refuses is not asked for at every look")
    func vetoed() async throws {
        let site = installation(every: "1s")
        site.tree.script("hooks/site/pre-up.d/10-freeze", "echo reason=frozen; exit 1")
        try await site.withAgent { agent in
            #expect(
                await wait {
                    (try? await site.status()["poll"]?["reason"]?.string?.contains("was refused: ")) == true
                }, "\(agent.log)")
            let looked = try await site.status()["poll"]?["looked"]
            #expect(await wait { (try? await site.status()["poll"]?["looked"]) != looked })
            #expect(try await site.history().map { $0["outcome"]?.string } == ["aborted"])
            // A person is not bound by it, and another release is another matter.
            site.tree.remove("hooks/site")
            site.offer("v2")
            #expect(await wait { site.release == "v2" }, "\(agent.log)")
        }
    }

    @Test("Who has changed the settings sees what comes of it soon")
    func reloaded() async throws {
        let site = installation(every: "1h")
        try await site.withAgent { agent in
            #expect(await wait { site.release == "v1" }, "\(agent.log)")
            #expect(await wait { (try? await site.outcome()) == "deployed" })
            site.offer("v2")
            try await site.program.run("reload")
            #expect(await wait { site.release == "v2" }, "\(agent.log)")
        }
    }
}
