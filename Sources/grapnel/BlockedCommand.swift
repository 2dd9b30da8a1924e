import Model

enum BlockedCommand: Subcommand {
    static let name = "blocked"
    static let summary = "releases that failed and are not deployed again by themselves"
    static let grammar = Arguments.Grammar(operands: ["NAME"], optional: 1)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let blocks = try await Offline(context).blocks(service: context.arguments[0])
        if context.wantsJSON {
            context.terminal.print(JSON.array(blocks).prettyText)
            return ExitCode.ok
        }
        guard !blocks.isEmpty else {
            context.terminal.print("nothing is blocked")
            return ExitCode.ok
        }
        var table = Table("SERVICE", "RELEASE", "SINCE (UTC)", "UNTIL (UTC)", "DEPLOY", "REASON")
        for block in blocks {
            table.add(
                Table.Cell(block["service"]?.string), Table.Cell(Show.release(block["release"])),
                Table.Cell(Show.moment(block["since"]?.string)),
                Table.Cell(Show.moment(block["expires"]?.string) ?? "until unblocked"),
                Table.Cell(block["deploy"]?.string), Table.Cell(block["reason"]?.string))
        }
        context.terminal.print(table.text(context.terminal))
        return ExitCode.ok
    }
}
