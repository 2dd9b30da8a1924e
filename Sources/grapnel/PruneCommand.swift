import Daemon
import Lifecycle
import Model

enum PruneCommand: Subcommand {
    static let name = "prune"
    static let summary = "remove images of old releases that nothing needs any more"
    static let grammar = Arguments.Grammar(
        operands: ["SERVICE..."], optional: 1, isList: true,
        options: [Arguments.Grammar.Option(name: "--dry-run", help: "only say what would go, and what stays and why")])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let names = context.arguments.operands
        let report = try await report(
            context, services: names.isEmpty ? nil : names, dryRun: context.arguments.has("--dry-run"))
        context.terminal.print(
            context.wantsJSON ? report.prettyText : text(report, context.terminal, context))
        return ExitCode.ok
    }

    /// By the agent, so that no deploy is in the way; without one by this process, as the one that has the home.
    private static func report(_ context: Context, services: [String]?, dryRun: Bool) async throws(Problem) -> JSON {
        var body = JSON.Members([("dry_run", .bool(dryRun))])
        if let services { body["services"] = .array(services.map(JSON.string)) }
        do throws(Problem) {
            return try await context.client().work("/v1/prune", .object(body))
        } catch {
            guard error.code == .unreachable else { throw error }
        }
        return try await Offline(context).prune(services, dryRun: dryRun).json
    }

    // MARK: - For people

    private static func text(_ report: JSON, _ terminal: Terminal, _ context: Context) -> String {
        let isDryRun = report["dry_run"]?.bool ?? false
        let images = report["images"]?.array ?? []
        var lines: [String] = []
        if !images.isEmpty {
            var table = Table("IMAGE", "SERVICE", "SIZE", isDryRun ? "WOULD BE" : "IS", "WHY")
            for image in images {
                let fate = image["fate"]?.string ?? ""
                let services = (image["services"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
                table.add(
                    "\(image["image"]?.string ?? "")", "\(services)",
                    "\(ByteSize.amount(image["size"]?.integer ?? 0))",
                    Table.Cell(word(fate), fate == "removed" ? .green : nil), Table.Cell(image["reason"]?.string))
            }
            lines += [table.text(terminal), ""]
        }
        lines.append(sum(report, images, isDryRun, context))
        if let count = report["nameless"]?.integer, count > 0 {
            lines.append(
                "\(count) image\(count == 1 ? " has" : "s have") no tag and no container; whose is not known: "
                    + "docker image prune removes \(count == 1 ? "it" : "them")")
        }
        return lines.joined(separator: "\n")
    }

    private static func word(_ fate: String) -> String {
        switch fate {
        case "removed": "removed"
        case "released": "let go"
        default: "kept"
        }
    }

    private static func sum(_ report: JSON, _ images: [JSON], _ isDryRun: Bool, _ context: Context) -> String {
        guard !images.isEmpty else { return "there are no images of services" }
        let going = images.filter { $0["fate"]?.string == "removed" }
        guard !going.isEmpty else { return "nothing to remove" }
        let count = "\(going.count) image\(going.count == 1 ? "" : "s")"
        if isDryRun {
            let most = going.reduce(Int64(0)) { $0 + ($1["size"]?.integer ?? 0) }
            let names = context.arguments.operands.map { " \(ShellWord.quoted($0))" }.joined()
            return
                "\(count) would be removed, \(ByteSize.amount(most)) at most, since what they share with others stays; "
                + "next: \(context.command("prune\(names)"))"
        }
        let freed = report["freed"]?.integer.map { "which gave \(ByteSize.amount($0))" }
        return "\(count) removed, \(freed ?? "and the engine does not say how much space that gave")"
    }
}
