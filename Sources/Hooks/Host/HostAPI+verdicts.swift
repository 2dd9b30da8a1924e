import Model

/// `return agent.abort("…")` and its like: each answers with a verdict, which the hook has to return.
extension HostAPI {
    static let verdicts: [AgentFunction] = [
        AgentFunction("abort", points: HookPoint.allCases.filter(\.mayAbort)) { call throws(Problem) in
            LuaVerdict.value(.abort(reason: try call.string(0, "reason")))
        },
        AgentFunction("defer", points: HookPoint.allCases.filter(\.mayPostpone)) { call throws(Problem) in
            let delay = try call.duration(0, "delay")
            guard delay > .zero else { throw call.wrong(0, "delay", expected: "more than nothing") }
            let reason = try call.optionalString(1, "reason")
            return LuaVerdict.value(.postpone(delay, reason: reason ?? "it asked for later"))
        },
        AgentFunction("rollback", points: HookPoint.allCases.filter(\.mayRollBack)) { call throws(Problem) in
            LuaVerdict.value(.rollBack(reason: try call.string(0, "reason")))
        },
        AgentFunction("not_yet", points: [.health]) { call throws(Problem) in
            LuaVerdict.value(.notYet(reason: try call.optionalString(0, "reason") ?? "not healthy yet"))
        },
        AgentFunction("drop", points: [.notify]) { _ throws(Problem) in LuaVerdict.value(.drop) },
    ]
}
