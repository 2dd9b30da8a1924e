import Model

/// One word after `grapnel`; one file each.
protocol Subcommand: Sendable {
    static var name: String { get }
    /// One line for the list of all.
    static var summary: String { get }
    static var grammar: Arguments.Grammar { get }
    /// Answers the exit code.
    static func run(_ context: Context) async throws(Problem) -> Int32
}

enum Subcommands {
    static let all: [any Subcommand.Type] = [
        RunCommand.self, CheckCommand.self, DoctorCommand.self, AdoptCommand.self, StatusCommand.self, PlanCommand.self,
        DeployCommand.self, RollbackCommand.self, HistoryCommand.self, ShowCommand.self, BlockedCommand.self,
        UnblockCommand.self, PauseCommand.self, ResumeCommand.self, HooksCommand.self, PluginsCommand.self,
        PruneCommand.self, OnceCommand.self, ReloadCommand.self, VersionCommand.self,
    ]

    static func find(_ name: String) -> (any Subcommand.Type)? { all.first { $0.name == name } }

    static var help: String {
        let width = all.map { $0.name.count }.max() ?? 0
        let lines = all.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)"
        }
        return """
            grapnel moves services to new releases, watches them, and puts the old ones back when they are bad.

            usage: grapnel COMMAND [--home DIR] [--json]

            \(lines.joined(separator: "\n"))

            grapnel COMMAND --help tells more of one.

            """
    }

    static func help(_ command: any Subcommand.Type) -> String {
        let grammar = command.grammar
        let needed = grammar.operands.count - grammar.optional
        let operands = grammar.operands.enumerated().map { $0 < needed ? $1 : "[\($1)]" }
        let usage = (["grapnel", command.name] + operands + ["[options]"]).joined(separator: " ")
        let options = (grammar.options + Arguments.Grammar.global).map { option in
            (option.name + (option.value.map { " \($0)" } ?? ""), option.help)
        }
        let width = options.map(\.0.count).max() ?? 0
        let lines = options.map { "  \($0)\(String(repeating: " ", count: width - $0.count))  \($1)" }
        return "\(command.summary)\n\nusage: \(usage)\n\n\(lines.joined(separator: "\n"))\n"
    }
}
