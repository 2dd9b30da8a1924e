import Daemon
import Lifecycle
import Model

enum PlanCommand: Subcommand {
    static let name = "plan"
    static let summary = "what a deploy would do, without doing it"
    static let grammar = Arguments.Grammar(operands: ["NAME"], options: DeployCommand.wishOptions)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let wish = try DeployCommand.wish(context.arguments)
        let name = context.arguments[0] ?? ""
        let report: JSON
        do throws(Problem) {
            report = try await context.client().get(
                "/v1/services/\(URLText.escaped(name))/plan",
                [
                    ("tag", context.arguments["--tag"]), ("image", context.arguments["--image"]),
                    ("force", wish.force ? "true" : nil),
                ])
        } catch {
            guard error.code == .unreachable else { throw error }
            report = try await Offline(context).plan(name, wish).json
        }
        if context.wantsJSON {
            context.terminal.print(report.prettyText)
        } else {
            context.terminal.print(text(report, context.terminal))
        }
        // As the deploy would.
        return report["decision"]?.string == Outcome.failed.rawValue ? ExitCode.failed : ExitCode.ok
    }

    private static func text(_ report: JSON, _ terminal: Terminal) -> String {
        let decision = report["decision"]?.string ?? "unknown"
        var lines = ["\(report["service"]?.string ?? ""): \(terminal.paint(decision, .bold))"]
        func add(_ title: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            lines.append("  \(title)\(String(repeating: " ", count: 8 - title.count))\(Table.harmless(value))")
        }
        add("because", report["reason"]?.string)
        add("from", Show.release(report["from"]) ?? "nothing that is known")
        add("to", Show.release(report["to"]))
        if let moment = report["published"]?.string, let time = Timestamp(moment) {
            let age = max(SystemClock().now() - time, .zero).shortText
            add("age", "\(age), since \(Show.moment(moment) ?? "")")
        }
        for (title, line) in Show.tags(report["tags"]) { add(title, line) }
        for (index, change) in (report["changes"]?.array ?? []).compactMap(\.string).enumerated() {
            add(index == 0 ? "writes" : "", change)
        }
        for hooks in report["hooks"]?.array ?? [] {
            let names = (hooks["names"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            add("hooks", "\(hooks["point"]?.string ?? ""): \(names)")
        }
        add("gate", report["gate"]?.string)
        add("looks", Show.looks(report["poll"]))
        return lines.joined(separator: "\n")
    }
}
