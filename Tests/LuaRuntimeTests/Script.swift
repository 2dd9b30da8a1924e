import LuaRuntime
import Model
import TestKit
import Testing

/// A state with one file loaded, on a thread of the pool, the way hooks use it.
struct Script {
    static let threads = LuaThreads()
    static let name = "hooks/web.lua"

    let state: LuaState
    let value: LuaValue
    let printed: Recorded<String>

    init(_ source: String, limits: LuaLimits = LuaLimits(), globals: [String: LuaValue] = [:]) async throws {
        let printed = Recorded<String>()
        let state = try LuaState(limits: limits) { printed.append($0) }
        value = try await Script.threads.run(state) { state throws(LuaFailure) in
            for (name, value) in globals { try state.setGlobal(name, value) }
            return try state.load(source: Array(source.utf8), name: Script.name)
        }
        self.state = state
        self.printed = printed
    }

    /// Calls the function that the file returned, or the one of that name in its table.
    func call(_ name: String? = nil, _ arguments: LuaValue...) async throws -> [LuaValue] {
        let function = try #require(name.map { value[$0].function } ?? value.function)
        return try await Script.threads.run(state) { state throws(LuaFailure) in try state.call(function, arguments) }
    }

    /// Runs the text as the body of a function.
    static func run(
        _ body: String, limits: LuaLimits = LuaLimits(), globals: [String: LuaValue] = [:]
    ) async throws -> [LuaValue] {
        try await Script("return function(...) \(body)\nend", limits: limits, globals: globals).call()
    }

    /// The failure of the text as the body of a function.
    static func failure(
        _ body: String, limits: LuaLimits = LuaLimits(), globals: [String: LuaValue] = [:]
    ) async throws -> LuaFailure {
        let failure = await #expect(throws: LuaFailure.self) {
            try await run(body, limits: limits, globals: globals)
        }
        return try #require(failure)
    }
}
