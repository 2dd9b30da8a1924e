import Model

enum ResumeCommand: Subcommand {
    static let name = "resume"
    static let summary = "end a pause; for a service a hold too"
    static let grammar = Arguments.Grammar(operands: ["NAME"], optional: 1)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let path = context.arguments[0].map { "/v1/services/\(URLText.escaped($0))/resume" } ?? "/v1/resume"
        let answer = try await context.client().post(path)
        context.terminal.print(
            context.wantsJSON ? answer.prettyText : "\(context.arguments[0] ?? "everything"): goes on")
        return ExitCode.ok
    }
}
