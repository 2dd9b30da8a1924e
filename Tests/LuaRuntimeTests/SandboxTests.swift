import LuaRuntime
import Model
import TestKit
import Testing

@Suite struct SandboxTests {
    /// The list that the documentation gives; nothing else can be reached by name.
    static let allowed = """
        assert coroutine coroutine.close coroutine.create coroutine.isyieldable coroutine.resume coroutine.running \
        coroutine.status coroutine.wrap coroutine.yield error getmetatable ipairs math math.abs math.acos math.asin \
        math.atan math.ceil math.cos math.deg math.exp math.floor math.fmod math.huge math.log math.max \
        math.maxinteger math.min math.mininteger math.modf math.pi math.rad math.random math.randomseed math.sin \
        math.sqrt math.tan math.tointeger math.type math.ult next os os.clock os.date os.difftime os.time pairs \
        pcall print rawequal rawget rawlen rawset select setmetatable string string.byte string.char string.find \
        string.format string.gmatch string.gsub string.len string.lower string.match string.pack string.packsize \
        string.rep string.reverse string.sub string.unpack string.upper table table.concat table.insert table.move \
        table.pack table.remove table.sort table.unpack tonumber tostring type utf8 utf8.char utf8.charpattern \
        utf8.codepoint utf8.codes utf8.len utf8.offset xpcall
        """

    @Test func scriptsFindWhatIsListedAndNothingElse() async throws {
        let names = try await Script.run(
            """
            local names = {}
            local function visit(prefix, t)
              for key, value in pairs(t) do
                names[#names + 1] = prefix .. key
                if type(value) == "table" then visit(prefix .. key .. ".", value) end
              end
            end
            visit("", _ENV)
            table.sort(names)
            return table.concat(names, " ")
            """)
        #expect(names == [LuaValue(Self.allowed)])
    }

    @Test func methodsOfStringsAreThoseOfTheSandboxAndCannotBeChanged() async throws {
        #expect(try await Script.run("return ('').dump, ('ab'):rep(2), getmetatable('')") == [.nil, "abab", false])
        let failure = try await Script.failure("setmetatable('', {})")
        #expect(failure.problem.message.contains("table expected, got string"))
    }

    @Test func compiledLuaIsRefused() async throws {
        let state = try LuaState()
        let failure = await #expect(throws: LuaFailure.self) {
            try await Script.threads.run(state) { state throws(LuaFailure) in
                try state.load(source: [0x1B] + Array("Lua".utf8), name: "hooks/web.lua")
            }
        }
        #expect(failure?.problem == Problem(.invalid, "hooks/web.lua: is compiled Lua, expected source text"))
    }

    @Test func finalizersAreRefused() async throws {
        let failure = try await Script.failure("setmetatable({}, {__gc = function() end})")
        #expect(failure.problem.message == "hooks/web.lua:1: a metatable with __gc is not available here")
    }

    @Test func statesShareNothing() async throws {
        _ = try await Script.run("string.upper = nil; leak = 1; math.huge = 0")
        #expect(try await Script.run("return leak, ('a'):upper(), math.huge > 0") == [.nil, "A", true])
    }

    @Test func protectedMetatablesStayAsTheyAre() async throws {
        let failure = try await Script.failure("setmetatable(setmetatable({}, {__metatable = 1}), nil)")
        #expect(failure.problem.message == "hooks/web.lua:1: cannot change a protected metatable")
    }

    @Test func whatIsPrintedGoesToTheHostOnePrintAtATime() async throws {
        let script = try await Script("return function() print('a', 1, nil, true) print() print('é\\nb') end")
        _ = try await script.call()
        #expect(script.printed.all == ["a\t1\tnil\ttrue", "", "é\nb"])
    }

    @Test func whatIsPrintedBeyondTheLimitIsLeftOut() async throws {
        var limits = LuaLimits()
        limits.output = 1 << 10
        let script = try await Script(
            "return function() for i = 1, 100 do print(('x'):rep(100)) end return 1 end", limits: limits)
        #expect(try await script.call() == [1])
        #expect(script.printed.all.last == "(what is printed beyond 1 KiB is left out)")
        #expect(script.printed.all.count == 12)
        // Each call has an allowance of its own.
        _ = try await script.call()
        #expect(script.printed.all.count == 24)
    }
}
