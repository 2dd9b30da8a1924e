import Model

enum RollbackCommand: Subcommand {
    static let name = "rollback"
    static let summary = "go back to the release before the current one, and hold it"
    static let grammar = Arguments.Grammar(
        operands: ["NAME"],
        options: [
            Arguments.Grammar.Option(name: "--force", help: "even if it is blocked, and whatever hooks say against it")
        ] + DeployCommand.waitOptions)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        try await DeployWatch(context).ask("rollback", body: ["force": .bool(context.arguments.has("--force"))])
    }
}
