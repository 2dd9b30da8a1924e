import Model

/// A program beside a container's own, in the engine's words an exec.
struct Exec: Hashable, Sendable {
    let isRunning: Bool
    /// Nil as long as it runs.
    let exitCode: Int?
    /// As the machine of the engine counts; 0 for one that was never started.
    let pid: Int
}

extension Engine {
    /// Answers its id. Nothing runs yet.
    func createExec(
        _ container: String, _ command: ContainerCommand, environment: [String]
    ) async throws(Problem) -> String {
        var body: JSON.Members = JSON.Members([
            ("AttachStdin", .bool(command.input != nil)), ("AttachStdout", true), ("AttachStderr", true),
            ("Tty", false), ("Cmd", .array(command.arguments.map(JSON.string))),
            ("Env", .array(environment.map(JSON.string))),
        ])
        if let user = command.user { body["User"] = .string(user) }
        if let directory = command.directory { body["WorkingDir"] = .string(directory) }
        let answer = try await post("/containers/\(container)/exec", [], .object(body))
        guard let id = answer["Id"]?.string else {
            throw Problem(.invalid, "the engine: it made an exec and did not say which")
        }
        return id
    }

    static let attached: JSON = ["Detach": false, "Tty": false]

    /// Starts it and hands its output on until it ends. The engine closes the connection then, two seconds later when
    /// something that it started still holds its output.
    func startExec(
        _ id: String, timeout: Duration?, onBody: @escaping @Sendable (ArraySlice<UInt8>) -> Bool
    ) async throws(Problem) {
        try await stream("POST", "/exec/\(id)/start", [], Engine.attached, timeout: timeout, onBody: onBody)
    }

    func exec(_ id: String) async throws(Problem) -> Exec {
        let answer = try await get("/exec/\(id)/json")
        return Exec(
            isRunning: answer["Running"]?.bool ?? false, exitCode: answer["ExitCode"]?.integer.map { Int($0) },
            pid: answer["Pid"]?.integer.map { Int($0) } ?? 0)
    }
}
