import Model

enum PauseCommand: Subcommand {
    static let name = "pause"
    static let summary = "stop everything automatic, for a service or for all"
    static let grammar = Arguments.Grammar(
        operands: ["NAME"], optional: 1,
        options: [Arguments.Grammar.Option(name: "--reason", value: "TEXT", help: "why, for the others")])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let body: JSON = context.arguments["--reason"].map { ["reason": .string($0)] } ?? [:]
        let path = context.arguments[0].map { "/v1/services/\(URLText.escaped($0))/pause" } ?? "/v1/pause"
        let answer = try await context.client().post(path, body)
        let what = context.arguments[0] ?? "everything"
        context.terminal.print(
            context.wantsJSON ? answer.prettyText : "\(what): paused; polls and webhooks wait, people do not")
        return ExitCode.ok
    }
}
