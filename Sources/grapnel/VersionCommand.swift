import Model

enum VersionCommand: Subcommand {
    static let name = "version"
    static let summary = "print the version"
    static let grammar = Arguments.Grammar()

    static let number = "0.1.0"

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        context.terminal.print(
            context.wantsJSON ? (["version": .string(number)] as JSON).text : "grapnel \(number)")
        return ExitCode.ok
    }
}
