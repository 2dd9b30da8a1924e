import Glibc
import Lifecycle
import LuaRuntime
import Model

extension HostAPI {
    static let time: [AgentFunction] = [
        AgentFunction("time.now") { call throws(Problem) in .integer(call.now.secondsSince1970) },
        AgentFunction("time.iso") { call throws(Problem) in
            guard !call[0].isNil else { return LuaValue("\(call.now)") }
            // Year 1 to year 9999, which is what the format has room for.
            guard let seconds = call[0].number, -62_135_596_800..<253_402_300_800 ~= seconds else {
                throw call.wrong(0, "seconds", expected: "seconds since 1970")
            }
            return LuaValue("\(Timestamp(microseconds: Int64(seconds * 1_000_000)))")
        },
        AgentFunction("time.local_hour") { call throws(Problem) in .integer(Int64(call.localTime.tm_hour)) },
        AgentFunction("time.local_minute") { call throws(Problem) in .integer(Int64(call.localTime.tm_min)) },
        AgentFunction("time.weekday") { call throws(Problem) in
            // C counts from Sunday, 0.
            .integer(Int64((call.localTime.tm_wday + 6) % 7 + 1))
        },
    ]
}

extension AgentCall {
    fileprivate var now: Timestamp { context.services.clock.now() }

    /// In the zone that `TZ` names, or the machine's own.
    fileprivate var localTime: tm {
        var seconds = time_t(now.secondsSince1970)
        var local = tm()
        // localtime_r need not look at TZ by itself.
        tzset()
        localtime_r(&seconds, &local)
        return local
    }
}
