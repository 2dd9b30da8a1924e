import Model

/// What every subcommand works with.
struct Context {
    let arguments: Arguments
    let home: Home
    let environment: [String: String]
    let terminal: Terminal

    var wantsJSON: Bool { arguments.has("--json") }

    func client() -> AgentClient { AgentClient(home: home) }

    /// What to type next, on the same home.
    func command(_ words: String) -> String {
        "grapnel \(words)\(arguments["--home"].map { " --home \(ShellWord.quoted($0))" } ?? "")"
    }
}
