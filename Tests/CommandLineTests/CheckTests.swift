import Model
import Processes
import TestKit
import Testing

/// What is wrong is told before a deploy finds out.
struct CheckTests {
    private func write(_ site: Installation, _ more: String) {
        site.tree.file("grapnel.yaml", Installation.settings + "\n" + more)
    }

    @Test func `a hook that a deploy would refuse is a mistake, and does not keep the agent from running`() async throws
    {
        let site = Installation()
        site.tree.file("hooks/site.lua", "return {\n  pre_up = function( ")
        let mistake = "\(site.home)/hooks/site.lua:2: <name> or '...' expected near <eof>"
        let check = try await site.program.run("check")
        #expect(check.exitCode == 1)
        #expect(check.outputText == "\(mistake)\n1 mistake\n")
        let doctor = try await site.program.run("doctor")
        #expect(doctor.exitCode == 1)
        #expect(doctor.outputText.hasPrefix("bad     \(mistake)\n"))
        let list = try await site.program.json("hooks").array ?? []
        #expect(list.first?["state"] == "broken: site.lua:2: <name> or '...' expected near <eof>")
        try await site.withAgent { agent in
            #expect(agent.log.contains(mistake))
            let refused = try await site.program.run("deploy", "site")
            #expect(refused.exitCode == 1)
            // Mended while it runs: no restart is needed.
            site.tree.file("hooks/site.lua", "return {}")
            let deployed = try await site.program.run("deploy", "site")
            #expect(deployed.exitCode == 0)
        }
    }

    @Test func `a hook whose name is misspelt is a warning`() async throws {
        let site = Installation()
        write(site, "commands: { backup: { run: [x] } }\nwebhooks: { push: { secret: a-long-enough-one } }\n")
        site.tree.file("hooks/siet.lua", "return {}")
        site.tree.file("hooks/backup.lua", "return {}")
        site.tree.file("hooks/push.lua", "return {}")
        let warning =
            "\(site.home)/hooks/siet.lua: it never runs: the settings have no service, webhook or command \"siet\","
            + " did you mean \"site\"?"
        let check = try await site.program.run("check")
        #expect(check.exitCode == 0)
        #expect(check.outputText.contains("warning: \(warning)\n"))
        #expect(!check.outputText.contains("backup.lua") && !check.outputText.contains("push.lua"))
        try await site.withAgent { agent in #expect(agent.log.contains(warning)) }
    }

    @Test func `the mistakes of settings, plugins and hooks are told together`() async throws {
        let site = Installation()
        write(
            site,
            """
            notify:
              - { plugin: webhok }
              - { plugin: webhook }
              - { plugin: webhook, url: notaurl, evnts: [x] }
              - { plugin: webhook, url: "${NOWHERE}", events: [deployd] }
            """)
        site.tree.file("hooks/site.lua", "return 7")
        let first = Installation.settings.split(separator: "\n").count + 2
        let file = "\(site.home)/grapnel.yaml:"
        let check = try await site.program.run("check")
        #expect(check.exitCode == 1)
        let lines = check.outputText.split(separator: "\n").map(String.init)
        let expected = [
            "\(file)\(first):15: notify[0].plugin: there is no notify plugin \"webhok\", did you mean \"webhook\"?",
            "\(file)\(first + 1):15: notify[1].url: is missing, expected ",
            "\(file)\(first + 2):29: notify[2].url: ",
            "\(file)\(first + 2):38: notify[2].evnts: \"webhook\" has no option \"evnts\"",
            "\(file)\(first + 3):29: notify[3].url: the variable \"NOWHERE\" is not set",
            "\(file)\(first + 3):52: notify[3].events[0]: \"deployd\" is not an event, did you mean \"deployed\"?",
            "\(site.home)/hooks/site.lua: it returns 7, expected a table of functions",
            "7 mistakes",
        ]
        #expect(lines.count == expected.count, "\(lines)")
        for (line, beginning) in zip(lines, expected) { #expect(line.hasPrefix(beginning)) }
        // Those that an agent cannot run with.
        let run = try await site.program.run("run")
        #expect(run.exitCode == 1)
        #expect(run.errorsText.contains("the settings have 6 mistakes:\n"))
    }

    @Test func `two services that are one container are refused by check, by run and by reload`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            write(site, "  web: { container: shop }\n  shop: { driver: container }\n")
            let file = "\(site.home)/grapnel.yaml"
            let line = Installation.settings.split(separator: "\n").count + 1
            let mistake =
                "\(file):\(line + 1):3: services.shop: the container \"shop\" is already the service \"web\" at "
                + "\(file):\(line):3, expected one service for each container"
            let reload = try await site.program.run("reload")
            #expect(reload.exitCode == 1)
            #expect(reload.errorsText.contains(mistake), "\(reload.errorsText)")
            #expect(try await site.program.json("status").array?.compactMap { $0["name"]?.string } == ["site"])
            let check = try await site.program.run("check")
            #expect(check.exitCode == 1)
            #expect(check.outputText.contains("\(mistake)\n"), "\(check.outputText)")
        }
        let run = try await site.program.run("run")
        #expect(run.exitCode == 1)
        #expect(run.errorsText.contains("is already the service \"web\" at "), "\(run.errorsText)")
    }

    @Test func `a reload changes how much is kept`() async throws {
        let site = Installation()
        write(site, "state: { backups: 0 }\n")
        try await site.withAgent { _ in
            for _ in 0..<3 { try await site.program.run("deploy", "site", "--force") }
            #expect(try await site.history().count == 3)
            write(site, "deploys: { keep: 2 }\nstate: { backup_dir: elsewhere }\n")
            #expect(try await site.program.run("reload").exitCode == 0)
            try await site.program.run("deploy", "site", "--force")
            #expect(try await site.history().count == 2)
            #expect(await wait { site.tree.names(in: "elsewhere").contains { $0.hasSuffix(".db") } })
        }
        #expect(site.tree.names(in: "state/backups").isEmpty)
    }
}
