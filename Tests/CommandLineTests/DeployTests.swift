import Glibc
import Model
import Processes
import TestKit
import Testing

/// `grapnel deploy` and `rollback`, as those who type them see it.
struct DeployTests {
    @Test func `the exit code says what came of a deploy`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            let first = try await site.program.run("deploy", "site")
            #expect(first.exitCode == 0)
            #expect(first.outputText.contains("\nsite: deployed v1 in "))
            #expect(first.errorsText == "")

            let again = try await site.program.run("deploy", "site")
            #expect(again.exitCode == 0)
            #expect(again.outputText.contains("site: unchanged in "))
            #expect(again.outputText.hasSuffix("\n  v1 runs already\n"))

            site.offer("broken")
            let broken = try await site.program.run("deploy", "site")
            #expect(broken.exitCode == 1)
            #expect(broken.outputText.contains("\nsite: rolled-back to v1 in "))
            #expect(broken.outputText.contains("\n  up: ./run.sh exited with code 1: it does not start\n"))
            #expect(site.release == "v1")

            let blocked = try await site.program.run("deploy", "site")
            #expect(blocked.exitCode == 1)
            #expect(
                blocked.outputText.contains(
                    "\n  broken is blocked: up: ./run.sh exited with code 1: it does not start\n")
            )
        }
    }

    @Test(arguments: [
        (["deploy"], "deploy: expected NAME, found nothing"),
        (["deploy", "site", "--tag", "a", "--image", "b"], "expected either --tag or --image, not both"),
        (["deploy", "site", "--tga=v1"], "deploy: there is no option \"--tga\"; see grapnel deploy --help"),
        (["deploy", "site", "--tag"], "deploy: --tag needs a value"),
        (["depoly", "site"], "there is no command \"depoly\"; grapnel --help lists them"),
        (["deploy", "nope"], "there is no service \"nope\", expected one of site"),
        (["show", "nope"], "there is no deploy \"nope\", or more than one begins like that"),
    ])
    func `what was typed wrong ends with exit code 2`(_ words: [String], _ message: String) async throws {
        let site = Installation()
        try await site.withAgent { _ in
            var spec = site.program.spec([])
            // The home comes first, so that an option without a value stays without one.
            spec.arguments = [Program.path, "--home", site.home] + words
            let result = try await Process.run(spec)
            #expect(result.exitCode == 2)
            #expect(result.errorsText == "grapnel: \(message)\n")
        }
    }

    @Test(arguments: ["deploy site", "rollback site", "status", "pause", "resume", "unblock site", "reload"])
    func `without an agent the command says how to start it`(_ line: String) async throws {
        let site = Installation()
        let result = try await Process.run(site.program.spec(line.split(separator: " ").map(String.init)))
        #expect(result.exitCode == 69)
        #expect(
            result.errorsText
                == "grapnel: no agent runs on \(site.home); start one with: grapnel run --home \(site.home)\n")
    }

    @Test func `deploy --no-wait answers at once`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            let result = try await site.program.run("deploy", "site", "--no-wait")
            #expect(result.exitCode == 0)
            let deploy = try await site.history().first
            #expect(result.outputText == "deploy \(deploy?["id"]?.string ?? "") of site is accepted\n")
            #expect(deploy?["outcome"] == .null)
            let state = try await site.status()["state"]?.string
            #expect(state == "deploying")
            site.open()
            let outcome = try await site.outcome()
            #expect(outcome == "deployed")
        }
    }

    @Test func `those who ask while a deploy runs get one together after it`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site", "--no-wait")
            #expect(await site.isRunning("v1"))
            let second = try await site.program.json("deploy", "site", "--no-wait")
            let third = try await site.program.json("deploy", "site", "--no-wait")
            #expect(second["status"] == "queued")
            #expect(third["status"] == "coalesced")
            #expect(third["id"] == second["id"])
            let history = try await site.history()
            #expect(history.map { $0["id"] == second["id"] } == [true, false])
            let table = try await site.program.run("history")
            #expect(table.outputText.split(separator: "\n").dropFirst().first?.contains(" waiting ") == true)
            let last = try await site.status()["last_deploy"]?["id"]
            #expect(last == history.last?["id"])
        }
    }

    @Test func `a deploy goes on when the one who waits for it goes away`() async throws {
        let site = Installation()
        site.close()
        try await site.withAgent { _ in
            let client = Task { [spec = site.program.spec(["deploy", "site"])] in
                try await Process.run(spec) { _, _ in
                } started: { pid in
                    Self.interrupt(pid, when: site)
                }
            }
            let result = try await client.value
            #expect(result.ending == .signalled(SIGINT))
            site.open()
            let outcome = try await site.outcome()
            #expect(outcome == "deployed")
            #expect(site.release == "v1")
        }
    }

    /// As Ctrl-C does, when the script is half-way.
    private static func interrupt(_ pid: pid_t, when site: Installation) {
        Task {
            _ = await site.isRunning("v1")
            kill(pid, SIGINT)
        }
    }

    @Test func `a rollback goes back and holds, and a plain deploy follows again`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            let none = try await site.program.run("rollback", "site")
            #expect(none.exitCode == 1)
            #expect(none.outputText.contains("services.site: no earlier revision is known to go back to"))

            try await site.program.run("deploy", "site")
            site.offer("v2")
            try await site.program.run("deploy", "site")
            let back = try await site.program.run("rollback", "site")
            #expect(back.exitCode == 0)
            #expect(site.release == "v1")
            var status = try await site.status()
            #expect(status["revision"] == "v1")
            #expect(status["held"] == "the previous release was asked for")

            let forward = try await site.program.run("deploy", "site")
            #expect(forward.exitCode == 0)
            #expect(site.release == "v2")
            status = try await site.status()
            #expect(status["held"] == .null)
        }
    }

    @Test func `a tag that a person asks for is held until they resume`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            let result = try await site.program.run("deploy", "site", "--tag", "special")
            #expect(result.exitCode == 0)
            #expect(site.release == "special")
            var held = try await site.status()["held"]
            #expect(held == "tag special was asked for")
            let table = try await site.program.run("status")
            #expect(table.outputText.contains("held: tag special was asked for"))
            let resumed = try await site.program.run("resume", "site")
            #expect(resumed.outputText == "site: goes on\n")
            held = try await site.status()["held"]
            #expect(held == .null)
        }
    }

    @Test func `a blocked release is listed, and deployed when it is unblocked or forced`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site")
            site.offer("broken")
            try await site.program.run("deploy", "site")
            let blocked = try await site.program.json("blocked")
            #expect(blocked[0]?["release"]?["revision"] == "broken")
            #expect(blocked[0]?["reason"] == "up: ./run.sh exited with code 1: it does not start")
            let list = try await site.status()["blocked"]
            #expect(list == ["broken"])

            let unblocked = try await site.program.run("unblock", "site")
            #expect(unblocked.outputText == "site: unblocked broken\n")
            let again = try await site.program.run("unblock", "site")
            #expect(again.outputText == "site: nothing was blocked\n")
            let table = try await site.program.run("blocked")
            #expect(table.outputText == "nothing is blocked\n")
            let forced = try await site.program.run("deploy", "site", "--force")
            #expect(forced.outputText.contains("site: rolled-back to v1"))
        }
    }

    @Test func `what has no name of its own is not blocked`() async throws {
        let site = Installation()
        site.tree.file("grapnel.yaml", "services: { site: { driver: script, script: { run: [/bin/false] } } }\n")
        try await site.withAgent { _ in
            let deploy = try await site.program.run("deploy", "site")
            #expect(deploy.exitCode == 1)
            let blocked = try await site.program.json("blocked")
            #expect(blocked == [])
        }
    }

    @Test func `a rollback says how to get past a hook, and gets past it by force`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site")
            site.offer("v2")
            try await site.program.run("deploy", "site")
            site.tree.file(
                "hooks/site.lua", "return { pre_up = function(_, agent) return agent.defer('1h', 'not at night') end }")
            let refused = try await site.program.run("rollback", "site")
            #expect(refused.exitCode == 75)
            #expect(
                refused.outputText.contains("site.lua: not at night; rollback --force goes back all the same\n"))
            #expect(site.release == "v2")
            let forced = try await site.program.run("rollback", "site", "--force")
            #expect(forced.exitCode == 0)
            #expect(site.release == "v1")
        }
    }

    @Test func `a first deploy that fails goes back to nothing, and says so`() async throws {
        let site = Installation()
        site.offer("broken")
        try await site.withAgent { _ in
            var status = try await site.status()
            #expect(status["state"] == "never deployed")
            let deploy = try await site.program.run("deploy", "site")
            #expect(deploy.exitCode == 1)
            #expect(
                deploy.outputText.contains(
                    "\n  up: ./run.sh exited with code 1: it does not start; it is not known that anything ran before\n"
                ))
            status = try await site.status()
            #expect(status["state"] == "unknown")
        }
    }

    @Test func `a deploy that touched nothing leaves a new service as one that was never deployed`() async throws {
        let site = Installation()
        unlink(site.tree.path("site/available"))
        try await site.withAgent { _ in
            let deploy = try await site.program.run("deploy", "site")
            #expect(deploy.exitCode == 1)
            let state = try await site.status()["state"]
            #expect(state == "never deployed")
            let slip = try await site.program.run("deploy", "site", "--image", "nginx")
            #expect(slip.exitCode == 2)
            let history = try await site.history()
            #expect(history.count == 1)
        }
    }

    @Test func `a hook that is not run is said in the deploy itself`() async throws {
        let site = Installation()
        site.tree.file("hooks/site/post-up.d/20-smoke", "#!/bin/sh\nexit 1\n", mode: 0o644)
        try await site.withAgent { agent in
            let deploy = try await site.program.run("deploy", "site")
            #expect(
                deploy.outputText.contains("  warning: hook site/post-up.d/20-smoke is ignored: it is not executable"))
            #expect(agent.log.contains(" warning [") && agent.log.contains("20-smoke is ignored: it is not executable"))
        }
    }

    @Test func `who moves no container needs no engine`() async throws {
        let site = Installation()
        let agent = RunningAgent(site.program, environment: ["DOCKER_HOST": "ssh://elsewhere"])
        #expect(await agent.waitUntilReady())
        let deploy = try await site.program.run("deploy", "site")
        #expect(deploy.exitCode == 0)
        await agent.stop()
    }

    @Test func `a block ends when its time is over`() async throws {
        let site = Installation()
        site.tree.file("grapnel.yaml", Installation.settings + "\ndeploys: { block_for: 2s }\n")
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site")
            site.offer("broken")
            try await site.program.run("deploy", "site")
            let blocked = try await site.program.json("blocked")
            #expect(blocked[0]?["expires"]?.string != nil)
            let refused = try await site.program.run("deploy", "site")
            #expect(refused.outputText.contains("broken is blocked: "))
            #expect(await wait { (try? await site.program.json("blocked")) == [] })
            let tried = try await site.program.run("deploy", "site")
            #expect(tried.outputText.contains("site: rolled-back to v1"))
        }
    }

    @Test func `hooks run as the user that the settings name, with the secrets that they name`() async throws {
        let site = Installation()
        // Only root can become someone else.
        let user = getuid() == 0 ? "nobody" : try UserAccount.find("\(getuid())").name
        site.tree.file("secrets/pager", "hunter2\n")
        site.tree.file(
            "grapnel.yaml",
            Installation.settings + "\nhooks: { user: \(user) }\nsecrets: { pager: \"${file:secrets/pager}\" }\n")
        // Others have to reach the hook.
        chmod(site.home, 0o755)
        site.tree.script("hooks/site/pre-up.d/10-whoami", "echo \"I am $(id -un)\" >&2")
        site.tree.file(
            "hooks/site/pre-up.d/20-exec.lua",
            """
            return { needs = { "exec", "secrets" }, pre_up = function(_, agent)
              local who = agent.exec({ "id", "-un" })
              agent.log("exec is " .. who.stdout .. who.stderr)
              agent.log(#agent.secrets.get("pager") .. " bytes: " .. agent.secrets.get("pager"))
            end }
            """)
        try await site.withAgent { agent in
            let deploy = try await site.program.run("deploy", "site")
            #expect(deploy.exitCode == 0)
            let id = try await site.history().first?["id"]?.string ?? ""
            let log = try await site.program.run("show", id).outputText
            #expect(log.contains("10-whoami: I am \(user)\n"))
            #expect(log.contains("20-exec.lua: exec is \(user)\n"))
            #expect(log.contains("20-exec.lua: 7 bytes: (secret)\n"))
            #expect(!log.contains("hunter2") && !agent.log.contains("hunter2"))
        }
    }

    @Test func `a deferred deploy ends with exit code 75 and is tried again at its time, over a restart`() async throws
    {
        let site = Installation()
        site.tree.script(
            "hooks/site/pre-up.d/10-wait",
            #"""
            [ ! -e "${0%/hooks/*}/site/late" ] || exit 0
            echo delay=3s
            echo reason=too early
            exit 75
            """#)
        let id = try await site.withAgent { _ in
            let result = try await site.program.run("deploy", "site")
            #expect(result.exitCode == 75)
            #expect(result.outputText.contains("site: deferred in "))
            #expect(result.outputText.contains("too early\n"))
            return try await site.history().first { $0["outcome"] == "deferred" }?["id"]
        }
        #expect(id != nil)
        site.tree.file("site/late")
        try await site.withAgent { _ in
            var next: JSON?
            await wait {
                next = try? await site.history().first { $0["follows"] == id }
                return next?["outcome"]?.string != nil
            }
            #expect(next?["outcome"] == "deployed")
            #expect(site.release == "v1")
        }
    }
}
