import Glibc
import Model
import Processes
import TestKit
import Testing

/// `grapnel run`: its signals, its settings, its lock.
struct AgentTests {
    @Test func `a second agent on the same home refuses to start`() async throws {
        let site = Installation()
        try await site.withAgent { agent in
            let second = try await site.program.run("run")
            #expect(second.exitCode == 1)
            #expect(
                second.errorsText
                    == "grapnel: another agent runs on \(site.home) as process \(agent.pid ?? 0): stop it first, "
                    + "or use another --home\n")
        }
    }

    @Test func `TERM lets a running deploy end first`() async throws {
        let site = Installation()
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        try await site.program.run("deploy", "site", "--no-wait")
        #expect(await site.isRunning("v1"))
        agent.signal(SIGTERM)
        #expect(await wait { agent.log.contains("stopping; running deploys have") })
        #expect(agent.ending == nil)
        site.open()
        #expect(await agent.waitForEnd())
        #expect(agent.ending == .exited(0))
        let deploy = try await site.history().first
        #expect(deploy?["outcome"] == "deployed")
        #expect(deploy?["interruptions"] == 0)
    }

    @Test func `a second TERM ends the agent at once, and the deploy is undone at the next start`() async throws {
        let site = Installation()
        try await site.withAgent { _ in _ = try await site.program.run("deploy", "site") }
        site.offer("v2")
        site.close()
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        try await site.program.run("deploy", "site", "--no-wait")
        #expect(await site.isRunning("v2"))
        agent.signal(SIGTERM)
        #expect(await wait { agent.log.contains("stopping; running deploys have") })
        agent.signal(SIGTERM)
        #expect(await agent.waitForEnd())
        #expect(agent.ending == .exited(130))
        var deploy = try await site.history().first
        #expect(deploy?["outcome"] == .null)
        try await site.withAgent { _ in
            let outcome = try await site.outcome()
            #expect(outcome == "rolled-back")
            deploy = try await site.history().first
            #expect(
                deploy?["reason"] == "./run.sh was running when the agent was killed, its result is unknown")
            #expect(site.release == "v1")
        }
    }

    @Test func `bad settings change nothing at a reload, and are said`() async throws {
        let site = Installation()
        try await site.withAgent { agent in
            site.tree.file("grapnel.yaml", Installation.settings + "\n  shop:\n    driver: scirpt\n")
            let result = try await site.program.run("reload")
            #expect(result.exitCode == 1)
            let lines = result.errorsText.split(separator: "\n")
            #expect(lines.first == "grapnel: the settings that were in force stay: the settings have one mistake:")
            #expect(lines.last?.hasPrefix("\(site.home)/grapnel.yaml:11:13: services.shop.driver: ") == true)
            agent.signal(SIGHUP)
            #expect(await wait { agent.log.contains("the settings that were in force stay") })
            var names = try await site.program.json("status").array?.compactMap { $0["name"]?.string }
            #expect(names == ["site"])

            site.tree.file("grapnel.yaml", Installation.settings + "\n  shop:\n    script: { run: [/bin/true] }\n")
            agent.signal(SIGHUP)
            #expect(await wait { agent.log.contains("settings reloaded, 2 services") })
            names = try await site.program.json("status").array?.compactMap { $0["name"]?.string }
            #expect(names == ["shop", "site"])

            site.tree.file("grapnel.yaml", Installation.settings + "\n")
            let good = try await site.program.run("reload")
            #expect(good.outputText == "settings reloaded\n")
            names = try await site.program.json("status").array?.compactMap { $0["name"]?.string }
            #expect(names == ["site"])
        }
    }

    @Test func `pauses of a service and of everything are shown, and survive a restart`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            let one = try await site.program.run("pause", "site", "--reason", "holidays")
            #expect(one.outputText == "site: paused; polls and webhooks wait, people do not\n")
            let all = try await site.program.run("pause")
            #expect(all.outputText == "everything: paused; polls and webhooks wait, people do not\n")
        }
        try await site.withAgent { _ in
            var status = try await site.status()
            #expect(status["paused"] == true)
            #expect(status["note"] == "paused: holidays")
            // People are not bound by it.
            let deploy = try await site.program.run("deploy", "site")
            #expect(deploy.exitCode == 0)
            try await site.program.run("resume", "site")
            status = try await site.status()
            #expect(status["note"] == "everything is paused")
            let resumed = try await site.program.run("resume")
            #expect(resumed.outputText == "everything: goes on\n")
            status = try await site.status()
            #expect(status["paused"] == false)
        }
    }

    @Test func `the log goes to the file in the settings, and to a new one after it was moved away`() async throws {
        let site = Installation()
        try await site.withAgent { agent in
            func reload(_ log: String) async throws -> ProcessResult {
                site.tree.file("grapnel.yaml", Installation.settings + "\nlog: \(log)\n")
                return try await site.program.run("reload")
            }
            var result = try await reload("{ file: agent.log, format: json }")
            #expect(result.exitCode == 0)
            #expect(!agent.log.contains("settings reloaded"))
            #expect(try JSON(parsing: site.tree.read("agent.log") ?? "")["message"] == "settings reloaded, 1 services")
            #expect(site.tree.mode(of: "agent.log") == 0o640)

            rename(site.tree.path("agent.log"), site.tree.path("agent.log.1"))
            result = try await reload("{ file: agent.log, level: info }")
            #expect(site.tree.read("agent.log")?.hasSuffix(" info settings reloaded, 1 services\n") == true)
            #expect(site.tree.read("agent.log.1")?.split(separator: "\n").count == 1)

            result = try await reload("{ file: nowhere/agent.log }")
            #expect(result.exitCode != 0)
            #expect(
                result.errorsText
                    == "grapnel: log.file: \(site.tree.path("nowhere/agent.log")) could not be opened: "
                    + "no such file or directory\n")
            // What was in force stays, the file included.
            agent.signal(SIGHUP)
            #expect(
                await wait {
                    site.tree.read("agent.log")?.contains(
                        " error the settings that were in force stay: log.file: \(site.tree.path("nowhere"))") == true
                })
        }
    }
}
