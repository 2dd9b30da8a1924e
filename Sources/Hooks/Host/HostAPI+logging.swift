import LuaRuntime
import Model

extension HostAPI {
    static let logging: [AgentFunction] = [
        AgentFunction("log") { call throws(Problem) in
            call.context.log(try call.string(0, "message"))
            return nil
        }
    ]
}
