import Model

enum UnblockCommand: Subcommand {
    static let name = "unblock"
    static let summary = "let a blocked release be deployed again"
    static let grammar = Arguments.Grammar(
        operands: ["NAME"],
        options: [
            Arguments.Grammar.Option(name: "--release", value: "DIGEST", help: "only this one; all without it")
        ])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let name = context.arguments[0] ?? ""
        let body: JSON = context.arguments["--release"].map { ["release": .string($0)] } ?? [:]
        let answer = try await context.client().post("/v1/services/\(URLText.escaped(name))/unblock", body)
        if context.wantsJSON {
            context.terminal.print(answer.prettyText)
            return ExitCode.ok
        }
        let removed = answer["unblocked"]?.array ?? []
        context.terminal.print(
            removed.isEmpty
                ? "\(name): nothing was blocked"
                : removed.map { "\(name): unblocked \(Show.release($0["release"]) ?? "")" }.joined(separator: "\n"))
        return ExitCode.ok
    }
}
