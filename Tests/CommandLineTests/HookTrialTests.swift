import Model
import Processes
import TestKit
import Testing

/// Hooks and plugins, as those who write them try them.
struct HookTrialTests {
    @Test func `a notify hook is tried with what was really said of the last deploy`() async throws {
        let site = Installation()
        site.tree.script("hooks/site/notify.d/10-show", "cat >&2")
        try await site.withAgent { _ in _ = try await site.program.run("deploy", "site") }
        let id = try await site.history().first?["id"]?.string ?? ""
        let sample = try await site.program.run("hooks", "test", "notify", "site")
        #expect(sample.outputText.contains(#""deploy":"sample""#))
        let last = try await site.program.run("hooks", "test", "notify", "site", "--last")
        #expect(last.exitCode == 0)
        let event = #""event":"deployed","service":"site","deploy":"\#(id)""#
        #expect(last.outputText.contains(event), "\(last.outputText)")
        #expect(!last.outputText.contains("1.1.0"))
    }

    @Test func `what a hook stores while it is tried is bounded as it is in a deploy`() async throws {
        let site = Installation()
        site.tree.file(
            "hooks/site.lua",
            """
            return { post_up = function(_, agent)
              for number = 1, 20 do agent.store.set("k" .. number, string.rep("x", 60000)) end
            end }
            """)
        let result = try await site.program.run("hooks", "test", "post-up", "site")
        #expect(result.exitCode == 1)
        #expect(result.outputText.contains("expected at most 1048576"), "\(result.outputText)")
    }

    @Test func `every mistake of a plugin is told at once, and where it has to lie`() async throws {
        let site = Installation()
        let path = site.tree.file(
            "foo/mine.lua", "return { api = 1, kind = 'notify', name = 'other', sumary = 's', options = { a = 1 } }")
        let bad = try await site.program.run("plugins", "check", path)
        #expect(bad.exitCode == 1)
        #expect(
            bad.errorsText.split(separator: "\n") == [
                "grapnel: \(path): name: is \"other\", expected \"mine\", as its file is called",
                "\(path): \"sumary\" is not a key of a notify plugin, did you mean \"summary\"?",
                "\(path): summary: is nil, expected a line of text",
                "\(path): options.a: is 1, expected a table such as { type = \"string\" }",
                "\(path): notify: is nil, expected a function",
            ])
        site.tree.file(
            "foo/mine.lua", "return { api = 1, kind = 'notify', name = 'mine', summary = 's', notify = print }")
        let good = try await site.program.run("plugins", "check", path)
        #expect(good.exitCode == 0)
        #expect(
            good.outputText
                == "\(path): good, notify/mine: s\nwarning: it is found and used as plugins/notify/mine.lua only\n")
    }
}
