import Glibc
import Hooks
import Lifecycle
import Model
import TestKit
import Testing

@Suite("A deploy's hooks")
struct HookDirectoryTests {
    @Test("executables, Lua files and the drop-in run in one order, under names that stay the same")
    func order() async {
        let home = HookHome()
        home.tree.file("hooks/web.lua", "return { post_up = function() end, pre_up = function() end }")
        home.tree.file("hooks/post-up.d/15.lua", "return function() end")
        home.tree.script("hooks/web/post-up.d/10-a", "exit 0")
        home.tree.script("shipped/post-up.d/20-b", "exit 0")
        let session = home.directory.session(for: .sample)
        let names = ["web/post-up.d/10-a", "post-up.d/15.lua", "post-up.d/20-b", "web.lua"]
        #expect(await session.hooks(at: .postUp).map(\.name) == names)
        #expect(await session.hooks(at: .postUp).map(\.name) == names)
        #expect(await session.hooks(at: .preUp).map(\.name) == ["web.lua"])
        #expect(await session.hooks(at: .verify).isEmpty)
        await session.close()
    }

    @Test("they are found anew for each deploy, and stay the same during one")
    func anew() async {
        let home = HookHome()
        home.tree.script("hooks/post-up.d/a", "exit 0")
        let first = home.directory.session(for: .sample)
        #expect(await first.hooks(at: .preUp).isEmpty)
        home.tree.script("hooks/post-up.d/b", "exit 0")
        #expect(await first.hooks(at: .postUp).map(\.name) == ["post-up.d/a"])
        let second = home.directory.session(for: .sample)
        #expect(await second.hooks(at: .postUp).map(\.name) == ["post-up.d/a", "post-up.d/b"])
        await first.close()
        await second.close()
    }

    @Test("ignored files that could have concerned the deploy are told of in its log")
    func ignored() async {
        let home = HookHome()
        home.tree.file("hooks/web/post-up.d/a", "#!/bin/sh\n")
        home.tree.file("hooks/api/post-up.d/b", "#!/bin/sh\n")
        home.tree.file("hooks/README", "")
        home.tree.script("hooks/post_up.d/c", "")
        let session = home.directory.session(for: .sample)
        #expect(await session.hooks(at: .postUp).isEmpty)
        await session.close()
        #expect(
            home.log.sorted() == [
                "hook post_up.d/ is ignored: \"post_up\" is not a hook point, did you mean \"post-up\"?",
                "hook web/post-up.d/a is ignored: it is not executable, and its name does not end in \".lua\"",
            ])
    }

    @Test("a test run tells what each hook answered, logged and took, and which were not reached")
    func tester() async {
        let home = HookHome()
        home.tree.script("hooks/pre-pull.d/1", "echo checking >&2")
        home.tree.file(
            "hooks/pre-pull.d/2.lua",
            "return function(deploy, agent) agent.log(deploy.to.image); return agent.abort('no') end")
        home.tree.script("hooks/pre-pull.d/3", "")
        home.tree.script("hooks/notify.d/1", "exit 1")
        home.tree.script("hooks/notify.d/2", "echo message=hi")
        let tester = HookTester(home.finder, surroundings: home.surroundings)
        let service = Deploy.sample.service
        let trials = await tester.test(.sample(.prePull, of: service, at: Timestamp(microseconds: 0)))
        #expect(trials.map(\.hook) == ["pre-pull.d/1", "pre-pull.d/2.lua", "pre-pull.d/3"])
        #expect(trials.map(\.answer) == [.success(.proceed), .success(.abort(reason: "no")), nil])
        #expect(trials.map(\.log) == [["pre-pull.d/1: checking"], ["pre-pull.d/2.lua: ghcr.io/me/web:1.1.0"], []])
        #expect(trials[0].duration > .zero)
        // A failure where nothing can be stopped does not end the chain.
        let notified = await tester.test(.sample(.notify, of: service, at: Timestamp(microseconds: 0)))
        #expect(
            notified.map(\.answer) == [.failure(Problem(.failed, "it exited with code 1")), .success(.rewrite("hi"))])
        #expect(home.log.isEmpty)
    }

    @Test("samples have what a hook finds at each point")
    func samples() {
        let service = Deploy.sample.service
        for point in HookPoint.allCases {
            let event = HookEvent.sample(point, of: service, at: Timestamp(microseconds: 0))
            #expect(event.tags.isEmpty == (point != .selectTag))
            #expect((event.event != nil) == (point == .notify))
            #expect((event.deploy.to == nil) == [.selectTag, .webhook, .command].contains(point))
            #expect((event.request != nil) == (point == .webhook))
            #expect((event.command != nil) == (point == .command))
            #expect((event.deploy.failure != nil) == (point == .rollback))
        }
        let script = Service(name: "site", kind: .script(ScriptDefinition(run: ["./deploy.sh"])))
        #expect(HookEvent.sample(.preUp, of: script, at: Timestamp(microseconds: 0)).deploy.to == .revision("1.1.0"))
    }
}
