import Glibc
import Model
import Processes
import TestKit
import Testing

/// A deploy that was cut off looks like one.
struct CutOffTests {
    /// The id of a deploy whose agent was killed at `up`.
    private func cutOff(_ site: Installation) async throws -> String {
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        try await site.program.run("deploy", "site", "--no-wait")
        #expect(await site.isRunning("v1"))
        let running = try await site.program.run("history")
        #expect(running.outputText.contains(" running: up "))
        agent.signal(SIGKILL)
        #expect(await agent.waitForEnd())
        site.open()
        return try await site.history().first?["id"]?.string ?? ""
    }

    @Test func `without an agent nothing is said to run`() async throws {
        let site = Installation()
        let id = try await cutOff(site)
        let history = try await site.program.run("history")
        #expect(history.outputText.contains(" cut off at up "))
        let show = try await site.program.run("show", id)
        #expect(
            show.outputText.contains(
                "outcome   none yet, it was cut off at up; an agent that has its settings finishes or undoes it\n"))
    }

    @Test func `one whose service is gone from the settings is told of`() async throws {
        let site = Installation()
        let id = try await cutOff(site)
        site.tree.file("grapnel.yaml", "services: {}\n")
        try await site.withAgent { _ in
            let status = try await site.program.run("status")
            #expect(
                status.outputText == """

                    site: deploy \(id) was cut off at up, and the settings no longer have it as a script service: \
                    put it back and reload, so that the deploy can be finished or undone

                    next: grapnel show \(id) --home \(site.home)

                    """)
            let show = try await site.program.run("show", id)
            #expect(show.outputText.contains("outcome   none yet, it was cut off at up; "))
            // It does not wait for what may never come.
            let follow = try await site.program.run("show", id, "--follow")
            #expect(follow.outputText == show.outputText)

            site.tree.file("grapnel.yaml", Installation.settings + "\n")
            try await site.program.run("reload")
            #expect(try await site.outcome() != nil)
            let after = try await site.program.run("status")
            #expect(!after.outputText.contains("cut off"))
        }
    }
}
