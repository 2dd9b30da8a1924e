import LuaRuntime
import Model

extension HostAPI {
    static let json: [AgentFunction] = [
        AgentFunction("json.encode") { call throws(Problem) in LuaValue(try call[0].json().text) },
        AgentFunction("json.decode") { call throws(Problem) in
            LuaValue(try JSON(parsing: try call.bytes(0, "text")))
        },
    ]
}
