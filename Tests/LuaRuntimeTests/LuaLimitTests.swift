import LuaRuntime
import Model
import Testing

@Suite struct LuaLimitTests {
    /// Each would run for minutes or for ever. The upper limit is far above what the machine needs when it is busy.
    static let endless = [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "local function f() xpcall(f, f) end while true do f() end",
        "xpcall(function() error('x') end, function() while true do end end)",
        "coroutine.wrap(function() while true do end end)()",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "while true do pcall(coroutine.wrap(function() pcall(function() while true do end end) end)) end",
        "local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) coroutine.yield() end) coroutine.resume(co) coroutine.close(co)",
        "local co co = coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) error('x') end) co()",
        "local co = coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end end) pcall(co) pcall(co)",
        "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
        "setmetatable({}, { __index = function() while true do end end }).x = nil; return setmetatable({}, { __index = function() while true do end end }).x",
        "tostring(setmetatable({}, { __tostring = function() while true do end end }))",
        "for _ in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end",
        "table.sort({ 3, 2, 1 }, function() while true do end end)",
        // Loops that are C's.
        "local t = setmetatable({}, { __len = function() return math.maxinteger - 1 end }) table.insert(t, 1, 1)",
        "local t = setmetatable({}, { __len = function() return math.maxinteger - 1 end }) table.remove(t, 1)",
        "table.move({}, 1, math.maxinteger - 1, 2)",
        "local t = setmetatable({}, { __index = getmetatable, __metatable = '' }) table.concat(t, '', 1, math.maxinteger - 1)",
        "local t = setmetatable({}, { __len = function() return 2147483646 end, __index = rawlen }) table.sort(t)",
        "local t = {} for i = 1, 100000 do t[i] = i end while true do table.insert(t, 1, 1) table.remove(t, 1) end",
        "local s = ('x'):rep(10000000) while true do utf8.len(s) end",
        "local s = ('x'):rep(10000000) while true do local u = s:upper() end",
        "local s = ('x'):rep(10000000) local n = 0 while true do local u = s .. n n = n + 1 end",
        "local s = ('x'):rep(10000000) while true do s:byte(-1) s:sub(2) end",
        "while true do select('#', table.unpack({}, 1, 200000)) end",
        "local t = {} for i = 1, 1000000 do t[i] = i end for i = 1, 1000000 do t[i] = nil end while true do next(t) end",
        "local function f(...) return f(1, ...) end f()",
        // Near the cap, where each allocation collects everything.
        "local t = {} pcall(function() while true do t[#t + 1] = {} end end) while true do end",
    ]

    @Test(.timeLimit(.minutes(2)), arguments: endless)
    func everyEndlessFunctionEndsWhenItsTimeIsOver(body: String) async throws {
        var limits = LuaLimits()
        limits.time = .milliseconds(200)
        let start = ContinuousClock.now
        let failure = try await Script.failure(body, limits: limits)
        #expect([.timeout, .limit].contains(failure.problem.code))
        #expect(failure.problem.message.contains(": ran longer than 200ms") || failure.problem.code == .limit)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func theTimeLimitNamesTheLine() async throws {
        var limits = LuaLimits()
        limits.time = .milliseconds(100)
        let failure = try await Script.failure("local n = 0\nwhile true do\nn = n + 1 end", limits: limits)
        #expect([2, 3].contains(failure.line))
        #expect(failure.problem == Problem(.timeout, "hooks/web.lua:\(failure.line ?? 0): ran longer than 100ms"))
        #expect(failure.traceback == "hooks/web.lua:\(failure.line ?? 0): in the function of line 1")
    }

    /// Each would use more than the machine has.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            "('x'):rep(1000000000)",
            "('x'):rep(math.maxinteger)",
            "local s = 'x' while true do s = s .. s end",
            "local t = {} while true do t[#t + 1] = {} end",
            "pcall(function() local t = {} while true do t[#t + 1] = {} end end)",
            "local t = {} while true do pcall(function() while true do t[#t + 1] = { {}, {} } end end) end",
            "local s = ('x'):rep(30000000) return table.concat({ s, s, s, s })",
            "local s = ('x'):rep(30000000) while true do pcall(string.format, '%s%s%s', s, s, s) end",
            "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
            "local t = {} while true do t[#t + 1] = coroutine.wrap(function() end) end",
            "coroutine.wrap(function() local t = {} while true do t[#t + 1] = {} end end)()",
            "local co = coroutine.create(function() local t = {} while true do t[#t + 1] = {} end end) coroutine.resume(co)",
            "local t = {} for i = 1, 1000000000 do t['k' .. i] = i end",
        ])
    func everyMemoryBombEndsAtTheLimit(body: String) async throws {
        let failure = try await Script.failure(body)
        let message = failure.problem.message
        if message.contains("string too large") || message.contains("stack overflow") { return }
        #expect(failure.problem == Problem(.limit, "hooks/web.lua:1: used more than 64 MiB of memory"))
    }

    @Test func theMemoryLimitNamesTheLine() async throws {
        let failure = try await Script.failure("local t = {}\nlocal s = 'x'\nwhile true do\ns = s .. s end")
        #expect(failure.problem == Problem(.limit, "hooks/web.lua:4: used more than 64 MiB of memory"))
        #expect(failure.line == 4)
    }

    @Test func garbageDoesNotCount() async throws {
        let sum = try await Script.run(
            "local n = 0 for i = 1, 200 do local s = ('x'):rep(5000000 + i) n = n + #s:upper() end return n")
        #expect(sum == [1_000_020_100])
    }

    @Test(arguments: [
        ("local function f() return 1 + f() end f()", "used more than 64 MiB of memory"),
        ("local function f() pcall(f) error('x') end f()", "x"),
        (
            "local t = {} setmetatable(t, { __tostring = function() return tostring(t) end }) tostring(t)",
            "C stack overflow"
        ),
        ("local t = {} setmetatable(t, { __index = function(_, k) return t[k] end }) return t.x", "C stack overflow"),
        ("local function f() return coroutine.wrap(f)() end f()", "C stack overflow"),
        (
            "local function f() local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = f }) coroutine.yield() end) coroutine.resume(co) coroutine.close(co) end f() error('after')",
            "after"
        ),
        ("local function f(a, b) table.sort({ 2, 1 }, f) return false end f()", "C stack overflow"),
        // Closing starts counting anew, so each level below could use a C stack of its own.
        (
            """
            local function deep(n, f) if n == 0 then return f() end table.concat(setmetatable({}, { \
            __index = function() deep(n - 1, f) return '' end }), '', 1, 1) end
            local function close() local co = coroutine.create(function() local x <close> = setmetatable({}, { \
            __close = function() deep(150, close) end }) coroutine.yield() end) \
            coroutine.resume(co) local ok, e = coroutine.close(co) if not ok then error(e, 0) end end
            close()
            """, "C stack overflow"
        ),
        ("table.unpack({}, 1, 100000000)", "too many results to unpack"),
        ("return ('x'):rep(3000000):byte(1, -1)", "string slice too long"),
        ("xpcall(error, error) local function h(e) error(e) end xpcall(error, h, 'e') error('after')", "after"),
    ])
    func recursionEndsInAnError(body: String, message: String) async throws {
        let failure = try await Script.failure(body)
        #expect(failure.problem.message.contains(message))
    }

    /// At whatever allocation memory runs out, the state is whole afterwards. The step is prime, so that all kinds
    /// of allocations are met.
    @Test func memoryMayRunOutAnywhere() async throws {
        let source = """
            local function all(n)
              local t = {}
              for i = 1, n do t[i] = { i, tostring(i), k = ("x"):rep(i) } end
              table.sort(t, function(a, b) return a[2] < b[2] end)
              local co = coroutine.wrap(function(...) local x <close> = setmetatable({}, { __close = function() end })
                local y = coroutine.yield(...) error({ y }) end)
              co(table.unpack(t)) pcall(co, t)
              host(t, function() return t end)
              print(table.concat({ ("a"):rep(n), "b" }, ",", 1, 2), string.format("%s %q", n, "x"), ("abc"):upper())
              xpcall(error, function(e) return { e } end, t)
              return { list = t, f = function() return n end }
            end
            return all
            """
        let host = HostFunction("host") { call throws(Problem) in
            do throws(LuaFailure) {
                return try call.call(call[1].function!)
            } catch { throw error.problem }
        }
        var ends: [String: Int] = [:]
        for memory in stride(from: 1 << 10, to: 200 << 10, by: 509) {
            var limits = LuaLimits()
            limits.memory = memory
            do {
                let script = try await Script(source, limits: limits, globals: ["host": .host(host)])
                do {
                    _ = try await script.call(nil, 40)
                    ends["returned", default: 0] += 1
                } catch let failure as LuaFailure {
                    #expect(failure.problem.code == .limit, "\(failure)")
                    ends["failed", default: 0] += 1
                    _ = try? await script.call(nil, 1)
                }
            } catch let failure as LuaFailure {
                #expect(failure.problem.code == .limit, "\(failure)")
                ends["not loaded", default: 0] += 1
            } catch let problem as Problem {
                #expect(problem.code == .limit)
                ends["not made", default: 0] += 1
            }
        }
        #expect(Set(ends.keys) == ["returned", "failed", "not loaded", "not made"])
    }

    @Test func deepNestingInTheTextIsAnError() async throws {
        for text in [
            "return " + String(repeating: "(", count: 100_000), "return " + String(repeating: "{", count: 100_000),
            String(repeating: "do ", count: 100_000), "return " + String(repeating: "- ", count: 100_000) + "1",
            "return " + String(repeating: "not ", count: 100_000) + "1",
            "return 1" + String(repeating: " .. 1", count: 100_000),
        ] {
            let failure = await #expect(throws: LuaFailure.self) { _ = try await Script(text) }
            #expect(failure?.problem.message.contains("overflow") == true)
        }
    }

    @Test(.timeLimit(.minutes(2))) func aTextThatCompilesSlowlyIsStopped() async throws {
        // Every label is compared with all the others.
        let text = (0..<100_000).map { "::l\($0)::" }.joined(separator: " ")
        let start = ContinuousClock.now
        _ = try? await Script(text)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func loadingHasItsOwnLimits() async throws {
        var limits = LuaLimits()
        limits.loadTime = .milliseconds(100)
        limits.loadMemory = 1 << 20
        let slow = await #expect(throws: LuaFailure.self) { _ = try await Script("while true do end", limits: limits) }
        #expect(
            slow?.problem == Problem(.timeout, "hooks/web.lua:1: ran longer than 100ms while it was loaded"))
        let large = await #expect(throws: LuaFailure.self) {
            _ = try await Script("\nlocal s = ('x'):rep(2000000)", limits: limits)
        }
        #expect(
            large?.problem
                == Problem(.limit, "hooks/web.lua:2: used more than 1 MiB of memory while it was loaded"))
        limits.source = 1 << 10
        let long = await #expect(throws: LuaFailure.self) {
            _ = try await Script(String(repeating: " ", count: 1025), limits: limits)
        }
        #expect(long?.problem == Problem(.limit, "hooks/web.lua: has 1025 bytes, expected at most 1 KiB"))
    }

    @Test func aStateGoesOnAfterItsTimeWasOver() async throws {
        var limits = LuaLimits()
        limits.time = .milliseconds(200)
        let script = try await Script(
            """
            local co = coroutine.create(function()
              local x <close> = setmetatable({}, { __close = function() while true do end end })
              while true do end
            end)
            return {
              slow = function() coroutine.resume(co) end,
              close = function() return coroutine.close(co) end,
              fine = function() local n = 0 for i = 1, 5000 do n = n + i end return n end,
            }
            """, limits: limits)
        let failure = await #expect(throws: LuaFailure.self) { _ = try await script.call("slow") }
        #expect(failure?.problem.code == .timeout)
        #expect(try await script.call("fine") == [12_502_500])
        // Its handler would never be counted again.
        #expect(try await script.call("close") == [false, "the coroutine was ended by a limit"])
        #expect(try await script.call("fine") == [12_502_500])
    }

    @Test func anInterruptedStateEndsAndStaysSo() async throws {
        let hasBegun = Flag()
        let begin = HostFunction("begin") { _ throws(Problem) in
            hasBegun.set()
            return []
        }
        let script = try await Script(
            "return function(endless) begin() while endless do end return 1 end", globals: ["begin": .host(begin)])
        let call = Task { try await script.call(nil, true) }
        try await hasBegun.wait()
        script.state.interrupt(Problem(.interrupted, "the agent is being stopped"))
        script.state.interrupt(Problem(.failed, "a later reason"))
        let failure = await #expect(throws: LuaFailure.self) { _ = try await call.value }
        #expect(failure?.problem == Problem(.interrupted, "hooks/web.lua:1: the agent is being stopped"))
        await #expect(throws: LuaFailure.self) { _ = try await script.call(nil, false) }
    }
}
