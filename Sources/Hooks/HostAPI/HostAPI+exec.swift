import Lifecycle
import LuaRuntime
import Model
import Processes

extension HostAPI {
    static let exec: [AgentFunction] = [
        // When the time of the hook is over, or the hook is interrupted, the task is cancelled: that ends the program's
        // whole group.
        .waiting("exec", power: .exec) { call async throws(Problem) in
            let result = try await Process.run(try await HostAPI.spec(call))
            var answer: LuaTable = LuaTable()
            answer["stdout"] = .string(result.output)
            answer["stderr"] = .string(result.errors)
            answer["timed_out"] = .boolean(result.ending == .timedOut)
            // A number in every case, so that `code ~= 0` is all that a hook has to ask. As the shell has it.
            answer["code"] = -1
            switch result.ending {
            case .exited(let code): answer["code"] = .integer(Int64(code))
            case .signalled(let signal):
                answer["code"] = .integer(128 + Int64(signal))
                answer["signal"] = .integer(Int64(signal))
            case .timedOut: break
            case .cancelled: throw Problem(.interrupted, "the program was stopped together with the hook")
            }
            return .table(answer)
        }
    ]

    private static func spec(_ call: AgentCall) async throws(Problem) -> ProcessSpec {
        let arguments = try call.strings(0, "argv")
        guard let program = arguments.first, !program.isEmpty else {
            throw call.wrong(0, "argv", expected: "a program and its arguments")
        }
        let options = try call.options(1, known: ["timeout", "input", "directory", "env"])
        var environment = call.context.childEnvironment
        let user = call.context.limits.user
        for (name, value) in try await UserAccount.environment(of: user, given: environment) {
            environment[name] = value
        }
        for (name, value) in try strings("env", options) ?? [:] where name != DeployEnvironment.marker {
            environment[name] = value
        }
        var spec = ProcessSpec(arguments)
        spec.environment = environment
        spec.directory = "/"
        if !options["directory"].isNil {
            guard let directory = options["directory"].text, directory.hasPrefix("/") else {
                throw wrong("directory", options, expected: "an absolute path")
            }
            spec.directory = directory
        }
        if !options["input"].isNil {
            guard let input = options["input"].bytes else { throw wrong("input", options, expected: "a string") }
            spec.input = input
        }
        spec.user = user
        spec.timeout = try duration("timeout", options)
        spec.outputLimit = call.context.limits.output
        return spec
    }
}
