import Lifecycle
import LuaRuntime
import Model

extension HostAPI {
    static let environment: [AgentFunction] = [
        AgentFunction("env") { call throws(Problem) in
            LuaValue(call.context.childEnvironment[try call.string(0, "name")])
        },
        AgentFunction("secrets.get", power: .secrets) { call throws(Problem) in
            let name = try call.string(0, "name")
            guard let secret = call.context.services.secrets[name] else {
                throw Problem(
                    .notFound,
                    "the section \"secrets\" of the settings has no \"\(name)\""
                        + Spelling.hint(for: name, among: Array(call.context.services.secrets.keys)))
            }
            return LuaValue(secret.value)
        },
    ]
}

extension HostContext {
    /// What an executable hook would be given in this place. Nothing else of the agent's environment is shown, because
    /// the rest of it holds the secrets of the settings.
    var childEnvironment: [String: String] {
        guard let event else {
            // An empty one is none for those who set them for the clouds' own tools.
            var values = services.environment.filter { name, value in
                DeployEnvironment.inherited.contains(name)
                    || !value.isEmpty && services.shownVariables.contains { name.hasPrefix($0) }
            }
            if values["PATH"] == nil { values["PATH"] = DeployEnvironment.defaultPath }
            return values
        }
        return event.environment(inheriting: services.environment).values
    }
}
