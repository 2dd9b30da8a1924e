import HTTPClient
import Hooks
import Lifecycle
import LuaRuntime
import Model
import TestKit

/// Runs a few lines of Lua with the table `agent`, the way a hook is run.
struct HostAPIBench {
    var needs: Set<Power> = Set(Power.allCases)
    var point: HookPoint? = .postUp
    var limits = HookLimits(timeout: .seconds(60))
    var environment = ["PATH": "/usr/bin:/bin", "TZ": "UTC", "GRAPNEL_TOKEN": "hidden", "PASSWORD": "hidden"]
    var clock = ManualClock()
    var store = MemoryStore()
    var http = HTTPClient()
    var container: (any HookContainer)?
    var deploy = Deploy.sample
    var log: @Sendable (String) -> Void = { _ in }

    /// What the lines return.
    func value(_ body: String) async throws(Problem) -> LuaValue {
        let state = try LuaState(limits: LuaLimits(time: limits.timeout))
        let agent = AgentTable()
        let services = HostServices(
            clock: clock, http: http, store: store, environment: environment,
            secrets: ["token": Secret("s3cret")], container: container)
        let event = point.map { HookEvent(point: $0, deploy: deploy) }
        do throws(LuaFailure) {
            return try await LuaThreads().run(state) { state throws(LuaFailure) in
                let loaded = try state.load(source: Array("return function(agent) \(body) end".utf8), name: "test.lua")
                guard let function = loaded.function else { return nil }
                agent.begin(
                    HostContext(
                        file: "test.lua", point: point, event: event, needs: needs, limits: limits, services: services,
                        log: log))
                defer { agent.end() }
                return try state.call(function, [agent.value]).first ?? nil
            }
        } catch {
            throw error.problem
        }
    }

    /// Why the lines fail; nil when they do not.
    func message(_ body: String) async -> String? {
        do throws(Problem) {
            _ = try await value(body)
            return nil
        } catch {
            return error.message
        }
    }
}
