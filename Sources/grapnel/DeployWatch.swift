import Model

/// Asks for a deploy and stays with it to its end.
struct DeployWatch {
    let context: Context
    let client: AgentClient

    init(_ context: Context) {
        self.context = context
        client = context.client()
    }

    func ask(_ order: String, body: JSON) async throws(Problem) -> Int32 {
        let name = context.arguments[0] ?? ""
        let accepted = try await client.post("/v1/services/\(AgentClient.escape(name))/\(order)", body)
        guard let id = accepted["id"]?.string else {
            let reason = accepted["reason"]?.string ?? "declined"
            context.wantsJSON
                ? context.terminal.print(accepted.prettyText) : context.terminal.print("\(name): \(reason)")
            return ExitCode.failed
        }
        if context.arguments.has("--no-wait") {
            context.terminal.print(context.wantsJSON ? accepted.prettyText : "deploy \(id) of \(name) is accepted")
            return ExitCode.ok
        }
        return try await follow(id, allLines: context.arguments.has("--follow"))
    }

    /// Shows the deploy until it ends; answers the exit code of its outcome.
    func follow(_ id: String, allLines: Bool) async throws(Problem) -> Int32 {
        if !context.wantsJSON {
            let view = LiveView(terminal: context.terminal, allLines: allLines)
            try await client.follow(id) { view.show($0) }
            view.end()
        }
        let report = try await client.outcome(of: id)
        if context.wantsJSON {
            context.terminal.print(report.prettyText)
        } else {
            context.terminal.print(summary(report))
        }
        return report["outcome"]?.string.flatMap(Outcome.init(rawValue:))?.exitCode ?? ExitCode.failed
    }

    private func summary(_ report: JSON) -> String {
        let terminal = context.terminal
        let outcome = report["outcome"]?.string ?? "unknown"
        let name = report["service"]?.string ?? ""
        var line = "\(name): \(Show.colour(outcome: outcome).map { terminal.paint(outcome, $0) } ?? outcome)"
        switch outcome {
        case "deployed": line += " \(Show.release(report["to"]) ?? "")"
        case "rolled-back": line += " to \(Show.release(report["from"]) ?? "what ran before")"
        default: break
        }
        if let took = Show.took(report) { line += " in \(took)" }
        if let reason = report["reason"]?.string { line += "\n  \(Table.harmless(reason))" }
        if outcome != "deployed", outcome != "unchanged", let id = report["id"]?.string {
            let home = context.arguments["--home"].map { " --home \($0)" } ?? ""
            line += "\n  more: grapnel show \(id)\(home)"
        }
        return line
    }
}
