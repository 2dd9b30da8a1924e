import CLua
import LuaRuntime
import Model
import TestKit
import Testing

/// The sandbox's own find, match, gmatch and gsub, with Lua's as the oracle.
@Suite struct PatternTests {
    @Test func givesWhatLuaGivesOverATableOfCases() throws {
        try compare(PatternCases.all)
    }

    @Test func givesWhatLuaGivesForRandomPatterns() throws {
        var random = Seeded(20_261_120)
        let rounds = isLong ? 200 : 10
        for _ in 0..<rounds {
            try compare((0..<500).map { _ in PatternCases.random(&random) })
        }
    }

    @Test func endsAPatternThatKeepsLuaBusyForSeconds() throws {
        let state = try LuaState(limits: LuaLimits())
        let source = "return function() return string.find(string.rep('a', 40), string.rep('a-', 12) .. 'b') end"
        let failure = #expect(throws: LuaFailure.self) {
            try state.callNothing(state.load(source: Array(source.utf8), name: "bad.lua"))
        }
        #expect(failure?.problem.message == "bad.lua:1: pattern too complex: more than 20001280 steps")
    }

    @Test func endsAPatternWhenTheTimeIsOver() throws {
        var limits = LuaLimits()
        limits.time = .milliseconds(20)
        let state = try LuaState(limits: limits)
        let source =
            "return function() while true do string.find(string.rep('a', 30), string.rep('a-', 8) .. 'b') end end"
        #expect(throws: LuaFailure.self) {
            try state.callNothing(state.load(source: Array(source.utf8), name: "slow.lua"))
        }
    }

    @Test func aLinearPatternOverALongSubjectGetsThrough() throws {
        let state = try LuaState(limits: LuaLimits())
        let source = "return function() return (select(2, string.gsub(string.rep('ab ', 1000000), '%w+', ''))) end"
        let function = try state.load(source: Array(source.utf8), name: "long.lua")
        #expect(try state.callNothing(function) == [.integer(1_000_000)])
    }

    private func compare(_ cases: [PatternCase]) throws {
        let source = PatternCases.program(cases)
        let expected = try Oracle.run(source).split(separator: "\n", omittingEmptySubsequences: false)
        let state = try LuaState(limits: LuaLimits())
        let function = try state.load(source: Array("return function() \(source) end".utf8), name: "cases.lua")
        guard case .string(let bytes)? = try state.callNothing(function).first else {
            Issue.record("no text came back")
            return
        }
        let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        try #require(found.count == cases.count && expected.count == cases.count)
        for (index, one) in cases.enumerated() where found[index] != expected[index] {
            Issue.record("\(one): found \(found[index]), expected \(expected[index])")
        }
    }
}

extension LuaState {
    fileprivate func callNothing(_ value: LuaValue) throws -> [LuaValue] {
        guard case .function(let function) = value else { throw Problem(.invalid, "not a function") }
        return try call(function, [])
    }
}

/// Lua as it comes, with all its libraries.
enum Oracle {
    static func run(_ source: String) throws -> String {
        let state = luaL_newstate()
        defer { lua_close(state) }
        luaL_openlibs(state)
        guard luaL_loadbufferx(state, source, source.utf8.count, "=cases.lua", nil) == LUA_OK,
            lua_pcallk(state, 0, 1, 0, 0, nil) == LUA_OK, let text = lua_tolstring(state, -1, nil)
        else { throw Problem(.failed, String(cString: lua_tolstring(state, -1, nil))) }
        return String(cString: text)
    }
}
