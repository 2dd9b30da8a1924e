import Hooks
import Lifecycle
import Model
import TestKit
import Testing

@Suite("Lua hooks")
struct LuaHookTests {
    /// A drop-in with one function, and what its answer means.
    struct Case: Sendable, CustomTestStringConvertible {
        var point: HookPoint
        var body: String
        var answer: Result<HookAnswer, Problem>
        var testDescription: String { "\(point.rawValue): \(body)" }

        init(_ point: HookPoint, _ body: String, _ answer: HookAnswer) {
            (self.point, self.body, self.answer) = (point, body, .success(answer))
        }

        init(_ point: HookPoint, _ body: String, _ code: Problem.Code = .invalid, fails message: String) {
            (self.point, self.body, self.answer) = (point, body, .failure(Problem(code, message)))
        }
    }

    static let cases: [Case] =
        HookPoint.allCases.filter { $0 != .health }.map { Case($0, "return", .proceed) }
        + [
            // Verdicts where they are possible.
            Case(.prePull, "return agent.abort('frozen')", .abort(reason: "frozen")),
            Case(.verify, "return agent.abort('frozen')", .abort(reason: "frozen")),
            Case(.preUp, "return agent.abort('frozen')", .abort(reason: "frozen")),
            Case(.command, "return agent.abort('frozen')", .abort(reason: "frozen")),
            Case(.prePull, "return agent.defer('1h30m', 'night')", .postpone(.seconds(5400), reason: "night")),
            Case(.preUp, "return agent.defer('5m')", .postpone(.seconds(300), reason: "it asked for later")),
            Case(.postUp, "return agent.rollback('broken')", .rollBack(reason: "broken")),
            Case(.health, "return agent.rollback('broken')", .rollBack(reason: "broken")),
            Case(.health, "return agent.not_yet('warming')", .notYet(reason: "warming")),
            Case(.health, "return agent.not_yet()", .notYet(reason: "not healthy yet")),
            Case(.notify, "return agent.drop()", .drop),
            // And where they are not.
            Case(
                .postUp, "return agent.defer('1h')", .forbidden,
                fails: "post_up: web.lua:1: agent.defer may not be called at post-up, only at pre-pull and pre-up"),
            Case(
                .postUp, "return agent.abort('x')", .forbidden,
                fails:
                    "post_up: web.lua:1: agent.abort may not be called at post-up, only at pre-pull, verify, pre-up and command"
            ),
            Case(
                .prePull, "return agent.rollback('x')", .forbidden,
                fails: "pre_pull: web.lua:1: agent.rollback may not be called at pre-pull, only at post-up and health"),
            Case(
                .rollback, "return { verdict = 'abort', reason = 'x' }",
                fails: "web.lua: rollback: it answered \"abort\", which is not possible at rollback"),
            // Verdicts that are not well made, or not returned.
            Case(
                .prePull, "return agent.defer('soon')",
                fails:
                    "pre_pull: web.lua:1: agent.defer: argument 1 (delay) is \"soon\", expected a duration such as \"30m\""
            ),
            Case(
                .prePull, "return agent.defer('0s')",
                fails: "pre_pull: web.lua:1: agent.defer: argument 1 (delay) is \"0s\", expected more than nothing"),
            Case(
                .prePull, "return agent.abort()",
                fails: "pre_pull: web.lua:1: agent.abort: argument 1 (reason) is nil, expected a string"),
            Case(
                .prePull, "agent.abort('frozen')",
                fails:
                    "web.lua: pre_pull: it called agent.abort but returned nothing, expected \"return agent.abort(…)\""),
            // Health.
            Case(.health, "return 1 + 1 == 2", .proceed),
            Case(.health, "return false", .notYet(reason: "not healthy yet")),
            Case(
                .health, "return",
                fails:
                    "web.lua: health: it returned nothing, expected true, false, agent.not_yet(…) or agent.rollback(…)"),
            Case(
                .health, "return 200",
                fails: "web.lua: health: it returned 200, expected true, false, agent.not_yet(…) or agent.rollback(…)"),
            // Tags, messages, payloads, arguments.
            Case(.selectTag, "return 'v1.2'", .tag("v1.2")),
            Case(.selectTag, "return 'a b'", fails: "web.lua: select_tag: it returned \"a b\", which is not a tag"),
            Case(.selectTag, "return 12", fails: "web.lua: select_tag: it returned 12, expected a tag or nothing"),
            Case(.notify, "return 'all is well'", .rewrite("all is well")),
            Case(.webhook, "return { service = 'web' }", .rewrite(["service": "web"])),
            Case(.command, "return { '--full', 'now' }", .rewrite(["--full", "now"])),
            Case(
                .command, "return { 1 }",
                fails: "web.lua: command: it returned a table, expected nothing, a list of arguments or agent.abort(…)"),
            // What nobody knows.
            Case(
                .prePull, "return true",
                fails: "web.lua: pre_pull: it returned true, expected nothing, agent.abort(…) or agent.defer(…)"),
            Case(
                .verify, "return 'no'", fails: "web.lua: verify: it returned \"no\", expected nothing or agent.abort(…)"
            ),
            Case(
                .postUp, "return {}",
                fails: "web.lua: post_up: it returned a table, expected nothing or agent.rollback(…)"),
            Case(.rollback, "return 'x'", fails: "web.lua: rollback: it returned \"x\", expected nothing"),
            Case(
                .postUp, "return nil, 'migration failed'",
                fails: "web.lua: post_up: it returned 2 values, expected nothing or agent.rollback(…)"),
            // Errors.
            Case(.postUp, "error('oh no')", .failed, fails: "post_up: web.lua:1: oh no"),
            Case(
                .postUp, "return deploy.form.image", .failed,
                fails: "post_up: web.lua:1: attempt to index a nil value (field 'form')"),
            Case(
                .postUp, "return agent.nothing()", .failed,
                fails: "post_up: web.lua:1: attempt to call a nil value (field 'nothing')"),
        ]

    @Test("what a function returns is its answer", arguments: cases)
    func answer(case: Case) async {
        let home = HookHome()
        home.tree.file(
            "hooks/web.lua", "return { \(`case`.point.luaName) = function(deploy, agent) \(`case`.body) end }")
        #expect(await home.answers(at: `case`.point) == [`case`.answer])
    }

    @Test("functions get the deploy, the tags or the event, and the agent")
    func arguments() async {
        let home = HookHome()
        home.tree.file(
            "hooks/web.lua",
            """
            return {
              select_tag = function(tags, agent) return tags[#tags] end,
              pre_pull = function(deploy, agent)
                agent.log(deploy.id .. " " .. deploy.service .. " " .. deploy.driver .. " " .. deploy.trigger)
                agent.log(deploy.by .. " " .. deploy.attempt .. " " .. tostring(deploy.force))
                agent.log(deploy.from.image .. " -> " .. deploy.to.image .. " " .. #deploy.to.digest)
                agent.log(tostring(deploy.reason) .. " " .. deploy.container)
              end,
              notify = function(event, agent) return event.event .. ": " .. event.message end,
            }
            """)
        #expect(
            await home.answers(to: HookEvent(point: .selectTag, deploy: .sample, tags: ["1", "2"])) == [
                .success(.tag("2"))
            ])
        #expect(await home.answers(at: .prePull) == [.success(.proceed)])
        #expect(
            home.log == [
                "web.lua: 01testdeploy web container webhook", "web.lua: github 2 false",
                "web.lua: ghcr.io/me/web:1.0 -> ghcr.io/me/web:1.1 71", "web.lua: nil web-1",
            ])
        var event = HookEvent(point: .notify, deploy: .sample)
        event.event = Event(at: Timestamp(microseconds: 0), kind: .failed, message: "no")
        #expect(await home.answers(to: event) == [.success(.rewrite("failed: no"))])
    }

    @Test("the functions of one file share values for one deploy, and nothing with the next")
    func sharing() async {
        let home = HookHome()
        home.tree.file(
            "hooks/web.lua",
            """
            local count = 0
            local function step(_, agent) count = count + 1; agent.log("call " .. count) end
            return { pre_pull = step, pre_up = step }
            """)
        for _ in 0..<2 {
            let session = home.directory.session(for: .sample)
            for point in [HookPoint.prePull, .preUp] {
                for hook in await session.hooks(at: point) {
                    _ = try? await hook.run(HookEvent(point: point, deploy: .sample))
                }
            }
            await session.close()
        }
        #expect(home.log == ["web.lua: call 1", "web.lua: call 2", "web.lua: call 1", "web.lua: call 2"])
    }

    @Test("a file in a hook point's directory returns its function, or a table with it")
    func directories() async {
        let home = HookHome()
        home.tree.file("hooks/post-up.d/1.lua", "return function(deploy, agent) agent.log('plain') end")
        home.tree.file(
            "hooks/web/post-up.d/2.lua",
            "return { post_up = function(_, agent) agent.log('table') end, pre_up = function() end }")
        home.tree.file("hooks/post-up.d/3.lua", "return { pre_up = function() end }")
        home.tree.file("hooks/post-up.d/4.lua", "return 7")
        #expect(
            await home.answers(at: .postUp) == [
                .success(.proceed), .success(.proceed),
                .failure(
                    Problem(.invalid, "post-up.d/3.lua: it has no function \"post_up\", which its directory is for")),
                .failure(
                    Problem(
                        .invalid,
                        "post-up.d/4.lua: it returns 7, expected a function, or a table with the function \"post_up\"")),
            ])
        #expect(home.log == ["post-up.d/1.lua: plain", "web/post-up.d/2.lua: table"])
        #expect(await home.answers(at: .preUp) == [])
    }

    @Test(
        "a file that cannot be used is a failed hook wherever it could have been one",
        arguments: [
            ("return {", Problem(.invalid, "web.lua:1: unexpected symbol near <eof>")),
            ("return 7", Problem(.invalid, "web.lua: it returns 7, expected a table of functions")),
            ("", Problem(.invalid, "web.lua: it returns nil, expected a table of functions")),
            (
                "return function() end",
                Problem(.invalid, "web.lua: it returns a function, expected a table of functions")
            ),
            (
                "return { function() end }",
                Problem(.invalid, "web.lua: it returns a list, expected a table with a function for each hook point")
            ),
            (
                "return { post_upp = function() end }",
                Problem(.invalid, "web.lua:1: \"post_upp\" is not a hook point, did you mean \"post_up\"?")
            ),
            (
                "return { ['post-up'] = function() end }",
                Problem(.invalid, "web.lua: \"post-up\" is not a hook point, did you mean \"post_up\"?")
            ),
            (
                "return { before = function() end }",
                Problem(
                    .invalid,
                    "web.lua:1: \"before\" is not a hook point, expected one of command, health, notify, post_up, pre_pull, pre_up, rollback, select_tag, verify, webhook"
                )
            ),
            ("return { post_up = 'x' }", Problem(.invalid, "web.lua:1: post_up: is \"x\", expected a function")),
            (
                "return { needs = 'http' }",
                Problem(.invalid, "web.lua:1: needs: is \"http\", expected a list such as { \"http\", \"exec\" }")
            ),
            (
                "return { needs = { 'htpp' } }",
                Problem(.invalid, "web.lua:1: needs: \"htpp\" is not a power, did you mean \"http\"?")
            ),
            (
                "return { needs = { 'root' } }",
                Problem(
                    .invalid,
                    "web.lua:1: needs: \"root\" is not a power, expected one of http, exec, docker, files, secrets")
            ),
            (
                "return { needs = { 'docker' } }",
                Problem(.forbidden, "web.lua:1: needs: \"docker\" is not among hooks.allow in the settings")
            ),
            (
                "return { idempotent = 1 }",
                Problem(.invalid, "web.lua:1: idempotent: is 1, expected true or a table such as { post_up = true }")
            ),
            (
                "return { idempotent = { postup = true } }",
                Problem(.invalid, "web.lua:1: idempotent: \"postup\" is not a hook point, did you mean \"post_up\"?")
            ),
            (
                "return { idempotent = { post_up = 1 } }",
                Problem(.invalid, "web.lua:1: idempotent.post_up: is 1, expected true or false")
            ),
        ])
    func broken(content: String, problem: Problem) async {
        let home = HookHome(limits: HookLimits(allowedPowers: [.http, .exec, .files, .secrets]))
        home.tree.file("hooks/web.lua", content)
        for point in HookPoint.allCases { #expect(await home.answers(at: point) == [.failure(problem)]) }
    }

    @Test("a secret is in nothing that a hook says: not in its log, its answer or its failure")
    func secrets() async {
        let home = HookHome(secrets: ["token": Secret("hunter2")])
        home.tree.file(
            "hooks/web.lua",
            """
            return {
              needs = { "secrets" },
              pre_pull = function(_, agent)
                local token = agent.secrets.get("token")
                agent.log("with " .. token)
                print(#token, token)
                return agent.abort("refused: " .. token)
              end,
              verify = function(_, agent) error("cannot use " .. agent.secrets.get("token")) end,
              post_up = function(_, agent) return agent.secrets.get("token") end,
              notify = function(_, agent) return "token: " .. agent.secrets.get("token") end,
            }
            """)
        #expect(await home.answers(at: .prePull) == [.success(.abort(reason: "refused: (secret)"))])
        #expect(home.log == ["web.lua: with (secret)", "web.lua: 7\t(secret)"])
        #expect(
            await home.answers(at: .verify) == [
                .failure(Problem(.failed, "verify: web.lua:9: cannot use (secret)"))
            ])
        #expect(
            await home.answers(at: .postUp) == [
                .failure(
                    Problem(
                        .invalid,
                        "web.lua: post_up: it returned \"(secret)\", expected nothing or agent.rollback(…)"))
            ])
        #expect(await home.answers(at: .notify) == [.success(.rewrite("token: (secret)"))])
        #expect(!home.log.contains { $0.contains("hunter2") })
    }

    @Test("a file says which of its functions may be run twice")
    func idempotent() async {
        let home = HookHome()
        let cases: [(String, [HookPoint])] = [
            ("", []), ("idempotent = true,", [.preUp, .postUp]),
            ("idempotent = { post_up = true, pre_up = false },", [.postUp]),
        ]
        for (declaration, expected) in cases {
            home.tree.file(
                "hooks/web.lua", "return { \(declaration) pre_up = function() end, post_up = function() end }")
            let session = home.directory.session(for: .sample)
            for point in [HookPoint.preUp, .postUp] {
                #expect(await session.hooks(at: point).map(\.isIdempotent) == [expected.contains(point)])
            }
            await session.close()
        }
    }

    @Test("a call that takes too long is ended, and the deploy's other functions still run", .timeLimit(.minutes(1)))
    func time() async throws {
        let home = HookHome(limits: HookLimits(timeout: .milliseconds(300)))
        home.tree.file(
            "hooks/web.lua",
            "return { post_up = function() while true do end end, rollback = function(_, agent) agent.log('still here') end }"
        )
        let session = home.directory.session(for: .sample)
        let hook = try #require(await session.hooks(at: .postUp).first)
        let problem = await #expect(throws: Problem.self) {
            try await hook.run(HookEvent(point: .postUp, deploy: .sample))
        }
        #expect(problem?.code == .timeout)
        #expect(problem?.message.hasPrefix("post_up: web.lua:1: ") == true)
        let last = try #require(await session.hooks(at: .rollback).first)
        #expect(try await last.run(HookEvent(point: .rollback, deploy: .sample)) == .proceed)
        #expect(home.log.last == "web.lua: still here")
        await session.close()
    }

    @Test("a call that takes too much memory is ended")
    func memory() async {
        let home = HookHome(limits: HookLimits(memory: 4 << 20))
        home.tree.file(
            "hooks/web.lua",
            "return { post_up = function() local t = {} while true do t[#t + 1] = ('x'):rep(10000) end end }")
        let answers = await home.answers(at: .postUp)
        guard case .failure(let problem)? = answers.first else { Issue.record("\(answers)"); return }
        #expect(problem.code == .limit)
        #expect(problem.message.hasPrefix("post_up: web.lua:1: "))
    }

    @Test("when the agent is being stopped, a call is interrupted", .timeLimit(.minutes(1)))
    func interrupted() async throws {
        let home = HookHome()
        home.tree.file(
            "hooks/web.lua", "return { post_up = function(_, agent) agent.log('started') while true do end end }")
        let run = Task { await home.answers(at: .postUp) }
        while home.log.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        run.cancel()
        guard case .failure(let problem)? = await run.value.first else { Issue.record("not interrupted"); return }
        #expect(problem.code == .interrupted)
    }

    @Test("the way to an error goes to the deploy's log, and so does what is printed, within bounds")
    func log() async {
        let home = HookHome(limits: HookLimits(output: 2000))
        home.tree.file(
            "hooks/web.lua",
            """
            local function inner() error("deep") end
            return {
              pre_up = function() print("one", 2); inner() end,
              post_up = function(_, agent) for i = 1, 10000 do agent.log("line " .. i) end end,
            }
            """)
        #expect(await home.answers(at: .preUp) == [.failure(Problem(.failed, "pre_up: web.lua:1: deep"))])
        #expect(home.log.first == "web.lua: one\t2")
        #expect(home.log.contains { $0.contains("web.lua:3") })
        #expect(await home.answers(at: .postUp) == [.success(.proceed)])
        #expect(home.log.count < 300)
        #expect(home.log.last == "web.lua: … output beyond 2000 is not kept")
    }
}
