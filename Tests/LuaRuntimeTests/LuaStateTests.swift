import LuaRuntime
import Model
import Testing

@Suite struct LuaStateTests {
    @Test func aFileGivesItsTableAndItsFunctionsCanBeCalled() async throws {
        let script = try await Script(
            """
            local count = 0
            return {
              needs = { "http", "exec" },
              post_up = function(deploy) count = count + 1 return deploy.name .. count end,
            }
            """)
        #expect(script.value["needs"] == ["http", "exec"])
        #expect(try await script.call("post_up", ["name": "web"]) == ["web1"])
        #expect(try await script.call("post_up", ["name": "web"]) == ["web2"])
    }

    @Test func everyKindOfValuePassesBothWays() async throws {
        let values: [LuaValue] = [
            nil, true, false, 0, .integer(.min), .integer(.max), 1.5, .number(.infinity), "", "é\u{0}b",
            .string([0xFF, 0xFE, 0]), [], [1, [2, ["x": "y"]]], ["a": 1, "b": ["c": false]],
            .table(LuaTable(list: [1, 2], fields: ["n": 2, .integer(-1): "minus", .number(0.5): "half", true: 1])),
        ]
        let script = try await Script("return function(...) return ... end")
        let function = try #require(script.value.function)
        let returned = try await Script.threads.run(script.state) { state throws(LuaFailure) in
            try state.call(function, values)
        }
        #expect(returned == values)
    }

    @Test func functionsKeepTheirIdentityAndComeBackIntoTheirState() async throws {
        let script = try await Script("local f = function(g) return g, g == f end f = f return f")
        let function = try #require(script.value.function)
        let returned = try await script.call(nil, .function(function))
        #expect(returned[0] == .function(function))
    }

    @Test func aFunctionOfAnotherStateIsRefused() async throws {
        let one = try await Script("return function() end")
        let other = try await Script("return function() end")
        let function = try #require(one.value.function)
        let failure = await #expect(throws: LuaFailure.self) { _ = try await other.call(nil, .function(function)) }
        #expect(failure?.problem.message == "a function of one Lua state cannot be used in another")
    }

    @Test(arguments: [
        ("local t = {} t.t = t return t", "a table that contains itself cannot be handed over"),
        ("return { [{}] = 1 }", "a table with a table as a key cannot be handed over"),
        ("return coroutine.create(print)", "a thread cannot be handed over"),
        (
            "local t = {} for i = 1, 200 do t = { t } end return t",
            "tables nested deeper than 128 cannot be handed over"
        ),
        // Small in Lua, endless when it is written out.
        (
            "local t = {} for i = 1, 60 do t = { t, t } end return t",
            "values of more than 16777216 bytes cannot be handed over"
        ),
    ])
    func whatCannotBeHandedOverIsAnError(body: String, message: String) async throws {
        #expect(try await Script.failure(body).problem.message == "hooks/web.lua: \(message)")
    }

    @Test func aSharedTableIsCopiedTwice() async throws {
        #expect(try await Script.run("local t = { 1 } return { t, t }") == [[[1], [1]]])
    }

    @Test func aStateIsRefusedToASecondThread() async throws {
        let script = try await Script(
            "return function() nested() end",
            globals: ["nested": .nil])
        let state = script.state
        let nested = HostFunction("nested") { [weak state] _ throws(Problem) in
            do throws(LuaFailure) { try state?.setGlobal("x", 1) } catch { throw error.problem }
            return []
        }
        try await Script.threads.run(state) { state throws(LuaFailure) in
            try state.setGlobal("nested", .host(nested))
        }
        let failure = await #expect(throws: LuaFailure.self) { _ = try await script.call() }
        #expect(
            failure?.problem == Problem(.conflict, "hooks/web.lua:1: a Lua state is in use by another thread"))
    }

    @Test func theLineOfAnInterpreterAndAByteOrderMarkAreSkipped() async throws {
        let script = try await Script("\u{FEFF}#!/usr/bin/lua\nreturn function() error('here') end")
        let failure = await #expect(throws: LuaFailure.self) { _ = try await script.call() }
        #expect(failure?.problem.message == "hooks/web.lua:2: here")
    }
}
