import Daemon
import Lifecycle
import Model

enum OnceCommand: Subcommand {
    static let name = "once"
    static let summary = "look for new releases once and deploy what is found, without an agent"
    static let grammar = Arguments.Grammar()

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let signals = Signals()
        // What is said of a service is in the table; the rest is what an agent would say in its log.
        let home = try await Wiring(home: context.home, environment: context.environment).open()
        let agent = home.agent
        let look = Task { () -> Result<[OnceReport], Problem> in
            do throws(Problem) { return .success(try await agent.once()) } catch { return .failure(error) }
        }
        // On Ctrl-C nothing new begins, and what runs may end.
        Task {
            await signals.wait {}
            look.cancel()
        }
        let result = await look.value
        await agent.stop()
        await home.close()
        let reports = try result.get()
        if context.wantsJSON {
            context.terminal.print(JSON.array(reports.map(\.json)).prettyText)
        } else if reports.isEmpty {
            context.terminal.print("no service is looked at for new releases")
        } else {
            context.terminal.print(table(reports).text(context.terminal))
        }
        return reports.contains(where: \.isBad) ? ExitCode.failed : ExitCode.ok
    }

    private static func table(_ reports: [OnceReport]) -> Table {
        var table = Table("SERVICE", "FOUND", "OUTCOME", "WHY")
        for report in reports {
            let found: String? =
                switch report.poll?.finding {
                case .found(let release)?: release.shortText
                case let finding?: finding.name
                case nil: nil
                }
            table.add(
                Table.Cell(report.service), Table.Cell(found),
                Table.Cell(report.ended?.outcome?.rawValue, Show.colour(outcome: report.ended?.outcome?.rawValue)),
                Table.Cell(report.note ?? ""))
        }
        return table
    }
}
