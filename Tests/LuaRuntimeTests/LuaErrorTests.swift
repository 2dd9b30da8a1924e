import LuaRuntime
import Model
import Testing

@Suite struct LuaErrorTests {
    @Test(arguments: [
        ("error('no backup')", "hooks/web.lua:1: no backup"),
        ("\n\nlocal x = nil + 1", "hooks/web.lua:3: attempt to perform arithmetic on a nil value"),
        ("return deploy.name", "hooks/web.lua:1: attempt to index a nil value (global 'deploy')"),
        // Without a position of its own it gets the place where it was raised.
        ("\nerror('bare', 0)", "hooks/web.lua:2: bare"),
        ("\nerror()", "hooks/web.lua:2: the error is nil"),
        ("error(42)", "hooks/web.lua:1: 42"),
        ("error({ code = 3 })", "hooks/web.lua:1: the error is a table value"),
        ("error({ message = 'from the table' })", "hooks/web.lua:1: from the table"),
        (
            "error(setmetatable({}, { __tostring = function() return 'described' end }))",
            "hooks/web.lua:1: described"
        ),
        // A description that fails must not hide that there was an error.
        (
            "error(setmetatable({}, { __tostring = function() error('again') end }))",
            "hooks/web.lua:1: the error is a table value"
        ),
        // Only looks like the limit's.
        ("error('not enough memory', 0)", "hooks/web.lua: not enough memory"),
        ("error(print)", "hooks/web.lua:1: the error is a function value"),
        ("('x'):rep()", "hooks/web.lua:1: bad argument #1 to 'rep' (number expected, got no value)"),
        ("table.insert(nil, 1)", "hooks/web.lua:1: bad argument #1 to 'insert' (table expected, got nil)"),
        ("pcall(error, 'caught')\nerror('not caught')", "hooks/web.lua:2: not caught"),
        ("coroutine.wrap(function()\nerror('inside') end)()", "hooks/web.lua:2: inside"),
        ("string.format('%99999d', 1)", "hooks/web.lua:1: invalid conversion specification: '%99999d'"),
        ("xpcall(error, function() error('in the handler') end) error('after')", "hooks/web.lua:1: after"),
    ])
    func errorsSayWhereAndWhat(body: String, message: String) async throws {
        let failure = try await Script.failure(body)
        #expect(failure.problem.message == message)
        #expect(failure.problem.code == .failed)
        #expect(failure.file == "hooks/web.lua")
        #expect(failure.line == Int(message.split(separator: ":")[1]))
    }

    @Test func aMistakeInTheTextIsInvalid() async throws {
        let failure = await #expect(throws: LuaFailure.self) { _ = try await Script("return {\n  x = = 1 }") }
        #expect(failure?.problem == Problem(.invalid, "hooks/web.lua:2: unexpected symbol near '='"))
        #expect(failure?.line == 2)
    }

    @Test func anErrorWhileLoadingHasItsLine() async throws {
        let failure = await #expect(throws: LuaFailure.self) { _ = try await Script("\nlocal x = nil .. 'a'") }
        #expect(failure?.problem.message == "hooks/web.lua:2: attempt to concatenate a nil value")
    }

    @Test func theTracebackListsTheCallsInnermostFirst() async throws {
        let failure = try await Script.failure(
            "\nlocal function inner() error('x') end\nlocal function outer() inner() end\nouter()")
        #expect(
            failure.traceback == """
                in global 'error'
                hooks/web.lua:2: in upvalue 'inner'
                hooks/web.lua:3: in local 'outer'
                hooks/web.lua:4: in the function of line 1
                """)
    }

    @Test func aDeepTracebackIsCut() async throws {
        let failure = try await Script.failure(
            "local function f(n) if n == 0 then error('x') end f(n - 1) return end f(5000)")
        #expect(failure.traceback.utf8.count < 2048)
        #expect(failure.line == 1)
    }

    @Test func aLongMessageIsCut() async throws {
        let failure = try await Script.failure("error(('x'):rep(1000000))")
        #expect(failure.problem.message.utf8.count < 5000)
    }

    @Test func aLongNameIsGivenInFull() async throws {
        let name = "/etc/grapnel/hooks/" + String(repeating: "a-long-name-", count: 8) + ".lua"
        let state = try LuaState()
        let failure = await #expect(throws: LuaFailure.self) {
            try await Script.threads.run(state) { state throws(LuaFailure) in
                try state.load(source: Array("error('x')".utf8), name: name)
            }
        }
        #expect(failure?.problem.message == "\(name):1: x")
        #expect(failure?.file == name)
    }

    @Test func aStateGoesOnAfterAnError() async throws {
        let script = try await Script(
            "local n = 0 return { bad = function() n = n + 1 error('x') end, good = function() return n end }")
        for _ in 0..<3 { await #expect(throws: LuaFailure.self) { _ = try await script.call("bad") } }
        #expect(try await script.call("good") == [3])
    }

    @Test func whatIsCaughtIsTheScripts() async throws {
        #expect(
            try await Script.run("return pcall(error, { 1 })") == [false, [1]])
        #expect(
            try await Script.run("return xpcall(function() error('x') end, function(m) return m .. '!' end)")
                == [false, "hooks/web.lua:1: x!"])
        #expect(
            try await Script.run(
                "local co = coroutine.wrap(function() return pcall(function() coroutine.yield(1) error('y') end) end) "
                    + "return co(), co()")
                == [1, false, "hooks/web.lua:1: y"])
    }
}
