import Model

enum ShowCommand: Subcommand {
    static let name = "show"
    static let summary = "everything about one deploy, with its output"
    static let grammar = Arguments.Grammar(
        operands: ["ID"],
        options: [Arguments.Grammar.Option(name: "--follow", help: "stay with it until it ends")])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let offline = Offline(context)
        let id = context.arguments[0] ?? ""
        let deploy = try await offline.show(id)
        let isUnderWay = deploy["outcome"]?.string == nil && deploy["cut_off"]?.bool != true
        if context.arguments.has("--follow"), isUnderWay, let whole = deploy["id"]?.string {
            return try await DeployWatch(context).follow(
                whole, of: deploy["service"]?.string ?? "", allLines: true)
        }
        if context.wantsJSON {
            context.terminal.print(deploy.prettyText)
            return ExitCode.ok
        }
        context.terminal.print(text(deploy))
        let output = try await offline.log(of: deploy["id"]?.string ?? id)
        if !output.isEmpty {
            context.terminal.print("\noutput:")
            for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
                context.terminal.print("  \(Table.harmless(String(line)))")
            }
        }
        return ExitCode.ok
    }

    private static func text(_ deploy: JSON) -> String {
        var lines: [String] = []
        func add(_ title: String, _ value: String?) {
            guard let value else { return }
            lines.append("\(title)\(String(repeating: " ", count: 10 - title.count))\(Table.harmless(value))")
        }
        add("deploy", deploy["id"]?.string)
        add("service", deploy["service"]?.string)
        let place = deploy["phase"]?.string ?? "the start"
        let isCutOff = deploy["cut_off"]?.bool == true
        add(
            "outcome",
            deploy["outcome"]?.string
                ?? (isCutOff
                    ? "none yet, it was cut off at \(place); an agent that has its settings finishes or undoes it"
                    : "none yet, it is at \(place)"))
        add("reason", deploy["reason"]?.string)
        add("trigger", [deploy["trigger"]?.string, deploy["by"]?.string].compactMap(\.self).joined(separator: " by "))
        add("from", Show.release(deploy["from"]))
        add("to", Show.release(deploy["to"]))
        add("follows", deploy["follows"]?.string)
        add("started", Show.moment(deploy["started"]?.string).map { "\($0) UTC" })
        add("finished", Show.moment(deploy["finished"]?.string).map { "\($0) UTC" })
        if let times = deploy["interruptions"]?.integer, times > 0 {
            add("cut off", "\(times) time\(times == 1 ? "" : "s")")
        }
        for phase in deploy["phases"]?.array ?? [] {
            let took = Duration.milliseconds(phase["milliseconds"]?.integer ?? 0).shortText
            let name = phase["name"]?.string ?? ""
            lines.append(
                "  \(name)\(String(repeating: " ", count: max(16 - name.count, 1)))\(phase["result"]?.string ?? "")  \(took)"
            )
        }
        return lines.joined(separator: "\n")
    }
}
