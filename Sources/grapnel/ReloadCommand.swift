import Model

enum ReloadCommand: Subcommand {
    static let name = "reload"
    static let summary = "read the settings again; bad ones change nothing"
    static let grammar = Arguments.Grammar()

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let answer: JSON
        do throws(Problem) {
            answer = try await context.client().post("/v1/reload")
        } catch {
            guard error.code == .invalid else { throw error }
            throw Problem(error.code, "the settings that were in force stay: \(error)")
        }
        if context.wantsJSON {
            context.terminal.print(answer.prettyText)
            return ExitCode.ok
        }
        for warning in answer["warnings"]?.array ?? [] {
            context.terminal.printError("warning: \(Table.harmless(warning.string ?? ""))")
        }
        context.terminal.print("settings reloaded")
        return ExitCode.ok
    }
}
