import Model

enum HistoryCommand: Subcommand {
    static let name = "history"
    static let summary = "the deploys so far, newest first"
    static let grammar = Arguments.Grammar(
        operands: ["NAME"], optional: 1,
        options: [Arguments.Grammar.Option(name: "--limit", value: "N", help: "at most so many (20)")])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let text = context.arguments["--limit"] ?? "20"
        guard let limit = Int(text), 1...1_000 ~= limit else {
            throw Problem(.usage, "--limit: \"\(text)\" is not a number from 1 to 1000")
        }
        let deploys = try await Offline(context).history(service: context.arguments[0], limit: limit)
        if context.wantsJSON {
            context.terminal.print(JSON.array(deploys).prettyText)
            return ExitCode.ok
        }
        guard !deploys.isEmpty else {
            context.terminal.print("no deploys so far")
            return ExitCode.ok
        }
        var table = Table("ID", "SERVICE", "WHEN (UTC)", "TRIGGER", "OUTCOME", "FROM", "TO", "TOOK", "REASON")
        for deploy in deploys {
            let outcome = deploy["outcome"]?.string
            table.add(
                Table.Cell(deploy["id"]?.string), Table.Cell(deploy["service"]?.string),
                Table.Cell(Show.moment(deploy["started"]?.string ?? deploy["accepted"]?.string)),
                Table.Cell(trigger(deploy)), Table.Cell(outcome ?? unfinished(deploy), Show.colour(outcome: outcome)),
                Table.Cell(Show.release(deploy["from"])), Table.Cell(Show.release(deploy["to"])),
                Table.Cell(Show.took(deploy)), Table.Cell(deploy["reason"]?.string ?? ""))
        }
        context.terminal.print(table.text(context.terminal))
        return ExitCode.ok
    }

    private static func trigger(_ deploy: JSON) -> String {
        [deploy["trigger"]?.string, deploy["by"]?.string].compactMap(\.self).joined(separator: " ")
    }

    private static func unfinished(_ deploy: JSON) -> String {
        if deploy["cut_off"]?.bool == true { return "cut off at \(deploy["phase"]?.string ?? "the start")" }
        guard deploy["started"]?.string == nil else { return "running: \(deploy["phase"]?.string ?? "")" }
        return Show.moment(deploy["not_before"]?.string).map { "waiting until \($0)" } ?? "waiting"
    }
}
