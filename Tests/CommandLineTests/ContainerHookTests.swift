import Glibc
import Lifecycle
import Model
import Processes
import TestKit
import Testing

/// Hooks that look into the container which they move, in real deploys.
struct ContainerHookTests {
    private static let looking = """
        local function release(agent)
          return agent.docker.exec({ command = { "sh", "-c", "printf %s $RELEASE" } }).stdout
        end
        """

    @Test(
        "The own container is the old one, then the new one, and the old one again after a rollback",
        arguments: TestEngine.versions)
    func everyPoint(version: String) async throws {
        let shop = try await Shop(version)
        shop.tree.file(
            "hooks/web.lua",
            """
            \(ContainerHookTests.looking)
            return {
              needs = { "docker" },
              pre_pull = function(deploy, agent) agent.log("pre_pull " .. release(agent)) end,
              pre_up = function(deploy, agent) agent.log("pre_up " .. release(agent)) end,
              post_up = function(deploy, agent)
                local new = release(agent)
                local before = agent.docker.inspect()
                agent.log("post_up " .. new .. " " .. tostring(before.digest == deploy.to.digest))
                agent.docker.exec({ command = { "sh", "-c", "seq 1 3; echo oh >&2" }, on_line = function(stream, line)
                  agent.log(stream .. " " .. line)
                end })
                agent.docker.restart()
                local after = agent.docker.inspect()
                agent.log("restarted " .. tostring(after.id == before.id and after.started_at ~= before.started_at))
                if new == "3" then return agent.rollback("not this one") end
              end,
              health = function(deploy, agent) return release(agent) ~= "" end,
              rollback = function(deploy, agent)
                agent.docker.restart({ timeout = "30s" })
                agent.log("rollback " .. release(agent))
              end,
            }
            """)
        try await shop.withAgent { _ in
            try await shop.offer(2)
            let deploy = try await shop.program.run("deploy", "web")
            #expect(deploy.exitCode == 0, "\(deploy.outputText)\(deploy.errorsText)")
            var said = try await shop.said()
            // The two streams have no order between them.
            #expect(said.contains("stderr oh"))
            said.removeAll { $0 == "stderr oh" }
            #expect(
                said == [
                    "pre_pull 1", "pre_up 1", "post_up 2 true", "stdout 1", "stdout 2", "stdout 3", "restarted true",
                ])
            try await shop.offer(3)
            let undone = try await shop.program.run("deploy", "web")
            #expect(undone.outputText.contains("web: rolled-back"), "\(undone.outputText)")
            said = try await shop.said()
            #expect(said.first == "pre_pull 2" && said.contains("post_up 3 true"), "\(said)")
            // After it comes the reason, once more.
            #expect(said.suffix(2) == ["rollback 2", "not this one"], "\(said)")
        }
        #expect(try await shop.release() == "2")
        try await shop.remove()
    }

    @Test(
        "Without the power the deploy is refused before anything changes, with the missing word",
        arguments: TestEngine.versions)
    func undeclared(version: String) async throws {
        let shop = try await Shop(version)
        shop.tree.file(
            "hooks/web.lua",
            "return { pre_up = function(deploy, agent) agent.docker.exec({ command = { 'true' } }) end }")
        try await shop.withAgent { _ in
            try await shop.offer(2)
            let deploy = try await shop.program.run("deploy", "web")
            #expect(deploy.exitCode == 1)
            #expect(
                deploy.outputText.contains(
                    "web.lua:1: agent.docker.exec: this file does not declare it: add \"docker\" to needs"),
                "\(deploy.outputText)")
        }
        #expect(try await shop.release() == "1")
        try await shop.remove()
    }

    @Test(
        "A migration that runs too long is ended with the hook, and the old release comes back",
        arguments: TestEngine.versions)
    func overrun(version: String) async throws {
        let shop = try await Shop(version)
        shop.tree.file("grapnel.yaml", (shop.tree.read("grapnel.yaml") ?? "") + "\nhooks: { timeout: 3s }\n")
        shop.tree.file(
            "hooks/web.lua",
            """
            return {
              needs = { "docker" },
              post_up = function(deploy, agent) agent.docker.exec({ command = { "sleep", "400" } }) end,
            }
            """)
        // Also when nobody is left afterwards to do so.
        let trial = try await shop.program.run("hooks", "test", "post-up", "web", environment: shop.environment)
        #expect(
            trial.outputText.contains("\"sleep\" was cut off: it was ended in the container"), "\(trial.outputText)")
        #expect(try await !shop.machine.docker("top", shop.name).contains("sleep 400"))
        try await shop.withAgent { _ in
            try await shop.offer(2)
            let deploy = try await shop.program.run("deploy", "web")
            #expect(deploy.outputText.contains("web: rolled-back"), "\(deploy.outputText)")
            let id = try await shop.history().first?["id"]?.string ?? ""
            #expect(DeployChildren.find(marker: DeployEnvironment.marker, value: id) == [])
        }
        #expect(try await shop.release() == "1")
        try await shop.remove()
    }

    @Test(
        "What a killed agent's hook runs in a container is ended, and the deploy undone", arguments: TestEngine.versions
    )
    func killed(version: String) async throws {
        let shop = try await Shop(version)
        shop.tree.file(
            "hooks/web.lua",
            """
            return {
              needs = { "docker" },
              pre_up = function(deploy, agent) agent.docker.exec({ command = { "sleep", "401" } }) end,
            }
            """)
        let agent = RunningAgent(shop.program, environment: shop.environment)
        #expect(await agent.waitUntilReady())
        try await shop.offer(2)
        try await shop.program.run("deploy", "web", "--no-wait")
        let id = try await shop.history().first?["id"]?.string ?? ""
        #expect(await wait { !DeployChildren.find(marker: DeployEnvironment.marker, value: id).isEmpty })
        agent.signal(SIGKILL)
        #expect(await agent.waitForEnd())
        // In the container nobody has noticed.
        #expect(!DeployChildren.find(marker: DeployEnvironment.marker, value: id).isEmpty)
        try await shop.withAgent { _ in
            #expect(await wait { (try? await shop.history().first?["outcome"]?.string) == "aborted" })
            #expect(DeployChildren.find(marker: DeployEnvironment.marker, value: id).isEmpty)
        }
        #expect(try await shop.release() == "1")
        try await shop.remove()
    }
}
