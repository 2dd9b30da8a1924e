import HTTPClient
import Hooks
import Lifecycle
import LuaRuntime
import Model
import Synchronization
import TestKit
import Testing

@Suite("The table of the agent's functions")
struct AgentTableTests {
    private static let functions: [AgentFunction] = [
        AgentFunction("plain") { call throws(Problem) in LuaValue(try call.string(0, "text") + "!") },
        AgentFunction("deep.power", power: .http) { _ throws(Problem) in "allowed" },
        AgentFunction("deep.place", points: [.health]) { call throws(Problem) in LuaValue(call.context.file) },
        AgentFunction("fails") { _ throws(Problem) in throw Problem(.unreachable, "nobody answers") },
        .waiting("slow") { call async throws(Problem) in
            do { try await Task.sleep(for: .seconds(100)) } catch { throw Problem(.interrupted, "cancelled") }
            return nil
        },
        .waiting("waits") { _ async throws(Problem) in
            await Task.yield()
            return 7
        },
    ]

    /// What one Lua function answers that is called with the table, as at a hook point.
    private func run(
        _ body: String, at point: HookPoint? = nil, needs: Set<Power> = [], time: Duration = .seconds(10)
    ) async throws -> LuaValue {
        let state = try LuaState(limits: LuaLimits(time: time))
        let table = AgentTable(Self.functions)
        let home = HookHome()
        return try await LuaThreads().run(state) { state throws(LuaFailure) in
            let function = try state.load(source: Array("return function(agent) \(body) end".utf8), name: "x.lua")
            table.begin(
                HostContext(
                    file: "x.lua", point: point, needs: needs, limits: HookLimits(),
                    services: home.surroundings.services, log: { _ in }))
            defer { table.end() }
            guard let function = function.function else { return nil }
            return try state.call(function, [table.value]).first ?? nil
        }
    }

    private func problem(_ body: String, at point: HookPoint? = nil, time: Duration = .seconds(10)) async -> Problem? {
        do {
            _ = try await run(body, at: point, time: time)
            return nil
        } catch { return (error as? LuaFailure)?.problem }
    }

    @Test("functions are called by their paths and answer")
    func calls() async throws {
        #expect(try await run("return agent.plain('x')") == "x!")
        #expect(try await run("return agent.waits()") == 7)
        #expect(try await run("return agent.deep.place()", at: .health) == "x.lua")
        #expect(try await run("return agent.deep.power()", needs: [.http]) == "allowed")
    }

    @Test("one whose power the file does not declare names the missing word")
    func power() async {
        #expect(
            await problem("return agent.deep.power()")
                == Problem(
                    .forbidden, "x.lua:1: agent.deep.power: this file does not declare it: add \"http\" to needs"))
    }

    @Test("one outside its hook points says where it belongs")
    func points() async {
        #expect(
            await problem("return agent.deep.place()", at: .postUp)
                == Problem(.forbidden, "x.lua:1: agent.deep.place may not be called at post-up, only at health"))
        #expect(
            await problem("return agent.deep.place()")
                == Problem(.forbidden, "x.lua:1: agent.deep.place may not be called here, only at health"))
    }

    @Test("what a function throws is a Lua error with place, name and code, which Lua may catch")
    func errors() async throws {
        #expect(await problem("agent.fails()") == Problem(.unreachable, "x.lua:1: agent.fails: nobody answers"))
        #expect(
            try await run("return select(2, pcall(agent.fails))").text?.hasSuffix("agent.fails: nobody answers") == true
        )
        #expect(
            await problem("agent.plain({})")
                == Problem(.invalid, "x.lua:1: agent.plain: argument 1 (text) is a table, expected a string"))
    }

    @Test("one that waits is ended with the time of the call", .timeLimit(.minutes(1)))
    func time() async {
        #expect(await problem("agent.slow()", time: .milliseconds(200))?.code == .timeout)
    }

    @Test("none can be called while no hook runs")
    func outside() throws {
        let state = try LuaState()
        let table = AgentTable(Self.functions)
        try state.setGlobal("agent", table.value)
        let failure = #expect(throws: LuaFailure.self) {
            try state.load(source: Array("agent.plain('x')".utf8), name: "x.lua")
        }
        #expect(
            failure?.problem == Problem(.forbidden, "x.lua:1: agent.plain may not be called while a file is loaded"))
    }

    @Test("every function has a name of its own, and no name is a table and a function at once")
    func names() {
        let paths = HostAPI.functions.map(\.path)
        #expect(Set(paths).count == paths.count)
        #expect(!paths.contains { path in paths.contains { $0.hasPrefix(path + ".") } })
    }
}
