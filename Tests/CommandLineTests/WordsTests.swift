import Glibc
import Model
import Processes
import TestKit
import Testing

/// What is printed can be believed, copied and shown on a terminal.
struct WordsTests {
    @Test func `looking at a deploy removes nothing and makes nothing`() async throws {
        let site = Installation()
        try await site.withAgent { _ in _ = try await site.program.run("deploy", "site") }
        let id = try await site.history().first?["id"]?.string ?? ""
        // More than are kept.
        for number in 1...510 { site.tree.file("state/logs/a\(number).log") }
        let before = site.tree.names(in: "state/logs")
        var show = try await site.program.run("show", id)
        #expect(show.outputText.contains("Z moving to v1\n"))
        #expect(site.tree.names(in: "state/logs") == before)

        site.tree.remove("state/logs")
        show = try await site.program.run("show", id)
        #expect(show.exitCode == 0)
        #expect(!site.tree.names(in: "state").contains("logs"))
    }

    @Test func `what to type next works, whatever the pause`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            try await site.program.run("pause", "site")
            try await site.program.run("pause")
            var status = try await site.program.run("status")
            #expect(status.outputText.hasSuffix("\nnext: grapnel resume --home \(site.home)\n"))
            try await site.program.run("resume")
            status = try await site.program.run("status")
            #expect(status.outputText.hasSuffix("\nnext: grapnel resume site --home \(site.home)\n"))

            site.tree.file(
                "grapnel.yaml",
                Installation.settings.replacing("  site:\n", with: "  site:\n    paused: true\n") + "\n")
            try await site.program.run("reload")
            status = try await site.program.run("status")
            #expect(status.outputText.contains("paused in the settings"))
            #expect(status.outputText.hasSuffix("\nnext: grapnel deploy site --home \(site.home)\n"))
        }
    }

    @Test func `a home with a space is quoted in what to type next`() async throws {
        let tree = FileTree()
        tree.directory("my home")
        tree.file("my home/grapnel.yaml", "services: { site: { script: { run: [/bin/true] } } }\n")
        let program = Program(home: tree.path("my home"))
        let absent = try await program.run("status")
        #expect(absent.errorsText.hasSuffix("start one with: grapnel run --home '\(program.home)'\n"))
        let agent = RunningAgent(program)
        #expect(await agent.waitUntilReady())
        let status = try await program.run("status")
        #expect(status.outputText.hasSuffix("\nnext: grapnel deploy site --home '\(program.home)'\n"))
        await agent.stop()
    }

    @Test(arguments: [
        (["show", ""], "show: expected ID, found \"\""),
        (["history", "nope"], "there is no service \"nope\", expected one of site"),
        (["blocked", "nope"], "there is no service \"nope\", expected one of site"),
        (["unblock", "nope"], "there is no service \"nope\", expected one of site"),
    ])
    func `a name that does not exist is told of, with an agent and without`(
        _ words: [String], _ message: String
    ) async throws {
        let site = Installation()
        for command in [words] where words.first != "unblock" {
            let result = try await Process.run(site.program.spec(command))
            #expect(result.exitCode == 2)
            #expect(result.errorsText == "grapnel: \(message)\n")
        }
        try await site.withAgent { _ in
            let result = try await Process.run(site.program.spec(words))
            #expect(result.exitCode == 2)
            #expect(result.errorsText == "grapnel: \(message)\n")
        }
    }

    @Test func `check prints no escape sequence that a file's name holds`() async throws {
        let site = Installation()
        site.tree.file("services.d/\u{1B}[31mred.txt")
        site.tree.file("services.d/\u{1B}[31mred.yaml", "services: []\n")
        for command in ["check", "doctor", "run"] {
            let result = try await site.program.run(command)
            #expect(result.exitCode == 1)
            #expect((result.outputText + result.errorsText).contains("[31mred.yaml"))
            #expect(!(result.outputText + result.errorsText).contains("\u{1B}"))
        }
    }

    @Test func `check does not call a file good that does not exist`() async throws {
        let site = Installation()
        unlink(site.tree.path("grapnel.yaml"))
        let result = try await site.program.run("check")
        #expect(result.exitCode == 0)
        #expect(
            result.outputText
                == "warning: \(site.home)/grapnel.yaml:1:1: there is no such file, so the defaults are in force\n"
                + "no mistakes\n")
    }
}
