import Lifecycle
import LuaRuntime
import Model

/// The service's own container, whichever that is at the hook point: see `HookContainer`.
extension HostAPI {
    static let docker: [AgentFunction] = [
        .waiting("docker.inspect", power: .docker, points: HostAPI.looking) { call async throws(Problem) in
            let options = try call.options(0, known: ["env", "raw"])
            let (container, deploy) = try call.ownContainer()
            let description = try await container.describe(
                deploy, environment: try flag("env", options), raw: try flag("raw", options))
            return description.map { LuaValue($0) } ?? nil
        },
        .streaming("docker.exec", power: .docker, points: HostAPI.acting) { call, callingBack async throws(Problem) in
            let options = try call.options(
                0, known: ["command", "user", "env", "workdir", "stdin", "timeout", "on_line"])
            let command = try HostAPI.command(options)
            let output = ContainerOutput(
                limit: call.context.limits.output, line: try HostAPI.line(options, mayEnd: false, callingBack))
            let (container, deploy) = try call.ownContainer()
            let ending = try await container.run(command, for: deploy) { output.take($0, $1) }
            output.end()
            var answer: LuaTable = LuaTable()
            answer["stdout"] = .string(output[.stdout])
            answer["stderr"] = .string(output[.stderr])
            answer["truncated"] = .boolean(output.isTruncated)
            switch ending {
            case .exited(let code):
                answer["code"] = .integer(Int64(code))
                answer["timed_out"] = false
            case .cutOff(let aftermath):
                let program = command.arguments.first ?? ""
                let time = command.timeout.map { "took longer than \($0.text)" } ?? "was cut off"
                // Also for a hook whose own time is over, which is not told any more.
                call.context.log("agent.docker.exec: \"\(program)\" \(time): \(aftermath)")
                answer["code"] = -1
                answer["timed_out"] = true
                answer["error"] = LuaValue("\"\(program)\" \(time): \(aftermath)")
            }
            return .table(answer)
        },
        .streaming("docker.logs", power: .docker, points: HostAPI.looking) { call, callingBack async throws(Problem) in
            let options = try call.options(
                0, known: ["tail", "since", "timestamps", "follow", "timeout", "on_line"])
            let query = try HostAPI.query(options, now: call.context.services.clock.now())
            let log = ContainerLog(
                limit: call.context.limits.output, line: try HostAPI.line(options, mayEnd: true, callingBack))
            let (container, deploy) = try call.ownContainer()
            do throws(Problem) {
                try await container.readLog(query, of: deploy) { log.take($0, $1) }
            } catch {
                // `on_line` has what it wanted; a hook that was cut off is past caring.
                guard error.code == .interrupted else { throw error }
            }
            log.end()
            return log.value
        },
        .waiting("docker.restart", power: .docker, points: [.postUp, .rollback]) { call async throws(Problem) in
            let options = try call.options(0, known: ["timeout"])
            let timeout = min(try duration("timeout", options) ?? call.timeLeft, call.timeLeft)
            let (container, deploy) = try call.ownContainer()
            try await container.restart(deploy, timeout: timeout)
            return nil
        },
    ]

    /// Not at `webhook` and `command`, which belong to no service.
    private static let looking: [HookPoint] = acting + [.notify]
    /// Nor at `notify`, which may run at any time, in the middle of a later deploy too.
    private static let acting: [HookPoint] = [.selectTag, .prePull, .verify, .preUp, .postUp, .health, .rollback]
    private static let usualTail = 100

    private static func command(_ options: LuaTable) throws(Problem) -> ContainerCommand {
        guard let list = options["command"].table, list.fields.isEmpty, list.list.first?.text?.isEmpty == false else {
            throw wrong("command", options, expected: "a list of a program and its arguments")
        }
        let arguments = list.list.compactMap(\.text)
        guard arguments.count == list.list.count else {
            throw wrong("command", options, expected: "a list of strings")
        }
        var command = ContainerCommand(arguments)
        command.user = try text("user", options, expected: "a user such as \"postgres\" or \"1000:1000\"")
        command.environment = try strings("env", options) ?? [:]
        if let directory = try text("workdir", options, expected: "an absolute path") {
            guard directory.hasPrefix("/") else { throw wrong("workdir", options, expected: "an absolute path") }
            command.directory = directory
        }
        if !options["stdin"].isNil {
            guard let input = options["stdin"].bytes else { throw wrong("stdin", options, expected: "a string") }
            command.input = input
        }
        command.timeout = try duration("timeout", options)
        return command
    }

    private static func query(_ options: LuaTable, now: Timestamp) throws(Problem) -> ContainerLogQuery {
        var query = ContainerLogQuery()
        if !options["tail"].isNil {
            guard let tail = options["tail"].integer, 0...1_000_000 ~= tail else {
                throw wrong("tail", options, expected: "how many lines, up to 1000000")
            }
            query.tail = Int(tail)
        }
        if let seconds = options["since"].number {
            guard 0...1e11 ~= seconds else { throw wrong("since", options, expected: "seconds since 1970") }
            query.since = Timestamp(microseconds: Int64(seconds * 1_000_000))
        } else if !options["since"].isNil {
            guard let ago = options["since"].text.flatMap({ Duration(text: $0) }) else {
                throw wrong(
                    "since", options,
                    expected: "a duration such as \"10m\", or seconds since 1970 as agent.time.now has them")
            }
            query.since = Timestamp(microseconds: max(0, now.microseconds - ago.microseconds))
        }
        if query.tail == nil, query.since == nil { query.tail = usualTail }
        query.timestamps = try flag("timestamps", options)
        query.follow = try flag("follow", options)
        if query.follow, options["on_line"].isNil {
            throw Problem(.invalid, "follow: needs on_line, a function that is called with each line")
        }
        query.timeout = try duration("timeout", options)
        return query
    }

    /// What calls `on_line`.
    private static func line(
        _ options: LuaTable, mayEnd: Bool, _ callingBack: @escaping AgentFunction.CallingBack
    ) throws(Problem) -> (@Sendable (ContainerStream, [UInt8]) -> Bool)? {
        guard !options["on_line"].isNil else { return nil }
        guard let function = options["on_line"].function else {
            throw wrong("on_line", options, expected: "a function(stream, line)")
        }
        return {
            callingBack(
                AgentFunction.CallBack(
                    function: function, arguments: [LuaValue($0.rawValue), .string($1)], mayEnd: mayEnd))
        }
    }
}

extension AgentCall {
    fileprivate func ownContainer() throws(Problem) -> (any HookContainer, Deploy) {
        guard let deploy = context.deploy else {
            throw Problem(.forbidden, "there is no deploy here, and no container that would be its own")
        }
        guard deploy.containerName != nil else {
            let service = deploy.service
            throw Problem(
                .unsupported,
                service.name.isEmpty
                    ? "this belongs to no service, and there is no container that would be its own"
                    : "the service \"\(service.name)\" has the driver \(service.kind.driver.rawValue), expected container"
            )
        }
        guard let container = context.services.container else {
            throw Problem(.unsupported, "there is no engine here")
        }
        return (container, deploy)
    }
}
