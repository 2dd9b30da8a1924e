import Model
import Processes
import TestKit
import Testing

/// What can be looked at, with an agent and without.
struct LookingTests {
    @Test func `the names in JSON are the ones that are promised`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site")
            site.offer("broken")
            try await site.program.run("deploy", "site")
            let status = try await site.status()
            let promised: Set = [
                "name", "driver", "image", "digest", "state", "health", "blocked", "paused", "last_deploy",
            ]
            #expect(promised.subtracting(status.names).isEmpty)
            let deploy = try await site.history().first ?? .null
            let names: Set = [
                "id", "service", "trigger", "outcome", "reason", "from", "to", "started", "finished", "phases",
            ]
            #expect(names.subtracting(deploy.names).isEmpty)
            #expect(deploy["trigger"] == "command-line")
            #expect(deploy["outcome"] == "rolled-back")
            #expect(deploy["from"]?["revision"] == "v1")
            #expect(deploy["to"]?["revision"] == "broken")
            let phases = deploy["phases"]?.array ?? []
            #expect(phases.allSatisfy { $0.names == ["name", "result", "milliseconds"] })
            #expect(
                phases.compactMap { $0["name"]?.string } == [
                    "select", "plan", "pre-pull", "pull", "verify", "pre-up", "up", "rollback", "rollback-hooks",
                    "restored",
                ])
            let shown = try await site.program.json("show", deploy["id"]?.string ?? "")
            #expect(shown == deploy)
        }
    }

    @Test func `the doctor finds nothing bad on a good machine`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            // As nobody sets it: it would mean that there is to be an engine.
            let result = try await site.program.run("doctor", "--json", environment: ["DOCKER_HOST": ""])
            let findings = try JSON(parsing: result.output).array ?? []
            #expect(findings.contains { $0["what"]?.string?.hasPrefix("disk: ") == true })
            #expect(findings.allSatisfy { $0["grade"] == "ok" }, "\(findings)")
        }
    }

    @Test func `status ends with the one command to type next`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            let empty = try await site.program.run("status")
            #expect(empty.exitCode == 0)
            #expect(empty.outputText.hasPrefix("SERVICE  DRIVER  RELEASE  STATE"))
            #expect(empty.outputText.hasSuffix("\nnext: grapnel deploy site --home \(site.home)\n"))
            try await site.program.run("deploy", "site")
            let good = try await site.program.run("status")
            #expect(!good.outputText.contains("next:"))
            site.offer("broken")
            try await site.program.run("deploy", "site")
            let id = try await site.history().first?["id"]?.string ?? ""
            let bad = try await site.program.run("status")
            #expect(bad.outputText.hasSuffix("\nnext: grapnel show \(id) --home \(site.home)\n"))
        }
    }

    @Test func `what was deployed can be looked at without an agent`() async throws {
        let site = Installation()
        let none = try await site.program.run("history")
        #expect(none.exitCode == 0)
        #expect(none.outputText == "no deploys so far\n")
        try await site.withAgent { _ in
            try await site.program.run("deploy", "site")
            site.offer("broken")
            try await site.program.run("deploy", "site")
        }
        let history = try await site.program.run("history")
        #expect(history.exitCode == 0)
        let lines = history.outputText.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.hasPrefix("ID") == true)
        #expect(lines.dropFirst().first?.contains("rolled-back") == true)
        #expect(lines.last?.contains("deployed") == true)

        let id = try await site.history().first?["id"]?.string ?? ""
        let show = try await site.program.run("show", id)
        #expect(show.outputText.contains("outcome   rolled-back\n"))
        #expect(show.outputText.contains("Z moving to broken\n"))
        let blocked = try await site.program.run("blocked")
        #expect(blocked.outputText.contains("broken"))
        let plan = try await site.program.json("plan", "site")
        #expect(plan["decision"] == "blocked")
        let unknown = try await site.program.run("plan", "nope")
        #expect(unknown.exitCode == 2)
        #expect(unknown.errorsText == "grapnel: there is no service \"nope\", expected one of site\n")
    }

    @Test func `a plan says what the deploy will do, and shows no secret`() async throws {
        let site = Installation()
        let health = """
            { http: "http://u:${PW}@127.0.0.1:1/${PW}?token=${PW}", exec: [x, "${PW}"], timeout: 1s, grace: 1s, stable: 1s }
            """
        site.tree.file(
            "grapnel.yaml",
            """
            services:
              secret: { script: { run: ["true"] }, health: \(health) }
              plain: { script: { run: ["true"] } }
              "off": { script: { run: ["true"] }, enabled: false }
              chosen: { script: { run: ["true"], revision: [echo, v1] } }
            """)
        site.tree.file("env", "PW=s3cr3tpw\n", mode: 0o600)
        site.tree.file("hooks/chosen.lua", "return { select_tag = function() return '9.9' end }")
        func plans(_ service: String) async throws -> (code: Int32?, text: String) {
            let plan = try await site.program.run("plan", service)
            let json = try await site.program.run("plan", service, "--json")
            return (plan.exitCode, plan.outputText + plan.errorsText + json.outputText)
        }
        func look() async throws {
            let secret = try await plans("secret").text
            #expect(secret.contains("gate    http http://127.0.0.1:1/${PW}, exec x ${PW}; healthy for 1s, within 1s\n"))
            #expect(!secret.contains("s3cr3t"))
            #expect(
                try await plans("plain").text.contains("gate    no check: it passes when its script has ended well\n"))
            let disabled = try await plans("off")
            #expect(disabled.code == 1)
            #expect(disabled.text.contains("services.off is disabled in the settings"))
            let chosen = try await plans("chosen")
            #expect(chosen.code == 1)
            #expect(chosen.text.contains("select: a hook chose the tag \"9.9\", which is not among the 1 known"))
        }
        try await look()
        try await site.withAgent { _ in
            try await look()
            let status = try await site.program.run("status")
            #expect(status.outputText.contains("http http://127.0.0.1:1/${PW}: connection refused"))
            #expect(!status.outputText.contains("s3cr3t"))
        }
    }

    @Test func `status is answered though every probe hangs`() async throws {
        let site = Installation()
        let services = (1...20).map {
            "  s\($0): { script: { run: [x] }, health: { exec: [sleep, \"600\"], timeout: 500s } }\n"
        }
        site.tree.file("grapnel.yaml", "services:\n" + services.joined())
        try await site.withAgent { _ in
            let status = try await site.program.json("status").array ?? []
            #expect(status.count == 20)
            #expect(status.allSatisfy { $0["health"] == "unknown" })
            #expect(status.count { $0["note"] == "no answer within 10s" } == 16)
        }
    }

    @Test func `check shows every mistake with its place`() async throws {
        let site = Installation()
        let good = try await site.program.run("check")
        #expect(good.exitCode == 0)
        #expect(good.outputText == "\(site.home)/grapnel.yaml: good\n")
        site.tree.file(
            "grapnel.yaml",
            "services:\n  site:\n    driver: script\n    scirpt: { run: [x] }\n  Web:\n    script: { run: [x] }\n")
        let bad = try await site.program.run("check")
        #expect(bad.exitCode == 1)
        let lines = bad.outputText.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.hasPrefix("\(site.home)/grapnel.yaml:4:5: services.site.scirpt: ") })
        #expect(lines.contains { $0.hasPrefix("\(site.home)/grapnel.yaml:5:3: services.Web: ") })
        #expect(lines.last == "\(lines.count - 1) mistakes")
        // Whoever has made a slip reads that when the agent starts, too.
        let run = try await site.program.run("run")
        #expect(run.exitCode == 1)
        #expect(run.errorsText.contains("\(site.home)/grapnel.yaml:4:5: services.site.scirpt: "))
    }

    @Test func `hooks are listed with the reason for those that do not run, and can be tried`() async throws {
        let site = Installation()
        site.tree.script("hooks/site/post-up.d/10-good", "echo \"I see $GRAPNEL_TO\"")
        site.tree.script("hooks/post-up.d/20-bad", "echo it has failed >&2; exit 3")
        site.tree.file("hooks/site/post-up.d/30-plain", "#!/bin/sh\n", mode: 0o644)
        let list = try await site.program.json("hooks").array ?? []
        let states = Dictionary(
            uniqueKeysWithValues: list.map { hook in
                let file = hook["file"]?.string ?? ""
                return (file.split(separator: "/").last.map(String.init) ?? file, hook["state"]?.string ?? "")
            })
        #expect(states["10-good"] == "active")
        #expect(states["20-bad"] == "active")
        #expect(states["30-plain"]?.contains("not executable") == true)

        let result = try await site.program.run("hooks", "test", "post-up", "site")
        let trials = try await site.program.run("hooks", "test", "pre-pull", "site")
        #expect(trials.exitCode == 0)
        #expect(trials.outputText == "no hooks at pre-pull\n")
        #expect(result.outputText.contains("10-good: continue after "))
        #expect(result.outputText.contains("  | site/post-up.d/10-good: I see "))
        #expect(result.outputText.contains("20-bad: roll back: it has failed after "))
        let unknown = try await site.program.run("hooks", "test", "post-down", "site")
        #expect(unknown.exitCode == 2)
        #expect(
            unknown.errorsText.hasPrefix("grapnel: hooks test: \"post-down\" is not a hook point, expected one of "))
    }
}
