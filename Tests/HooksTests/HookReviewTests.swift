import Hooks
import Model
import TestKit
import Testing

@Suite("Looking over the hooks before a deploy does")
struct HookReviewTests {
    private let tree = FileTree()

    /// What is said of the hooks, without the path of their directory.
    private func complaints(
        names: Set<String>? = ["web", "backup"], limits: HookLimits = HookLimits(allowedPowers: [.http, .exec])
    ) async -> [String] {
        let finder = HookFinder(directories: [tree.path("hooks")])
        return await HookReview(finder, limits: limits, names: names).files().flatMap(\.complaints).map { text in
            let prefix = tree.path("hooks/")
            return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        }
    }

    @Test(
        "a Lua file that a deploy would stumble over is told with its line",
        arguments: [
            ("return { pre_up = function( ", "web.lua:1: <name> or '...' expected near <eof>"),
            ("\nlocal x = nil + 1\nreturn {}", "web.lua:2: attempt to perform arithmetic on a nil value"),
            (
                "\n\nreturn { needs = {},\n  pre_upp = function() end }",
                "web.lua:4: \"pre_upp\" is not a hook point, did you mean \"pre_up\"?"
            ),
            ("return {\n needs = { 'htpp' } }", "web.lua:2: needs: \"htpp\" is not a power, did you mean \"http\"?"),
            (
                "return {\n needs = { 'docker' } }",
                "web.lua:2: needs: \"docker\" is not among hooks.allow in the settings"
            ),
            ("return 7", "web.lua: it returns 7, expected a table of functions"),
            // Nothing may be done while it is loaded.
            ("agent.exec({ 'touch', 'x' })\nreturn {}", "web.lua:1: attempt to index a nil value (global 'agent')"),
            ("while true do end", "web.lua:1: ran longer than 1s while it was loaded"),
        ])
    func broken(content: String, complaint: String) async {
        tree.file("hooks/web.lua", content)
        #expect(await complaints() == [complaint])
        let files = await HookReview(HookFinder(directories: [tree.path("hooks")]), limits: .init(), names: nil).files()
        #expect(files.allSatisfy { $0.isBroken == !complaint.contains("hooks.allow") })
    }

    @Test(
        "a function of agent that does not exist or whose power is not declared is a doubt",
        arguments: [
            ("agent.exce({ 'x' })", "web.lua:2: there is no function agent.exce, did you mean agent.exec?"),
            ("agent.frobnicate()", "web.lua:2: there is no function agent.frobnicate"),
            (
                "agent.http.get('http://h')",
                "web.lua:2: agent.http.get: this file does not declare it: add \"http\" to needs"
            ),
            ("agent.exec({ 'x' })", nil),
            ("agent.log(agent.time.iso())", nil),
            ("local http = agent.http", nil),
            ("-- agent.http.get and agent.exce", nil),
            ("--[[ agent.http.get\n agent.exce ]]", nil),
            ("my.agent.exce()", nil),
        ] as [(String, String?)])
    func doubts(body: String, complaint: String?) async {
        tree.file("hooks/web.lua", "return { needs = { 'exec' }, post_up = function(deploy, agent)\n\(body)\nend }")
        #expect(await complaints() == (complaint.map { [$0] } ?? []))
        let files = await HookReview(HookFinder(directories: [tree.path("hooks")]), limits: .init(), names: nil).files()
        #expect(!files.contains { $0.isBroken })
    }

    @Test("a hook for a service, webhook or command that is not in the settings never runs, and that is told")
    func strays() async {
        tree.file("hooks/wbe.lua", "return {}")
        tree.script("hooks/nowhere/post-up.d/10-x", "exit 0")
        tree.script("hooks/web/post-up.d/10-x", "exit 0")
        tree.file("hooks/backup.lua", "return {}")
        tree.script("hooks/post-up.d/10-all", "exit 0")
        #expect(
            await complaints().sorted() == [
                "nowhere/post-up.d/10-x: it never runs: the settings have no service, webhook or command \"nowhere\"",
                "wbe.lua: it never runs: the settings have no service, webhook or command \"wbe\", did you mean \"web\"?",
            ])
        // Not known when the settings cannot be read.
        #expect(await complaints(names: nil) == [])
    }

    @Test("what is fine, replaced or disabled is not complained of, and what is ignored is, with its path once")
    func others() async {
        tree.file("hooks/web.lua", "return { post_up = function() end }")
        tree.link("hooks/backup.lua", to: "/dev/null")
        tree.file("hooks/post-up.d/10-plain", "x")
        #expect(
            await complaints() == [
                "post-up.d/10-plain: ignored: it is not executable, and its name does not end in \".lua\""
            ])
    }

    @Test("a program is not run")
    func programs() async {
        tree.script("hooks/web/post-up.d/10-x", "touch \(tree.path("ran"))")
        #expect(await complaints() == [])
        #expect(tree.names() == ["hooks"])
    }
}
