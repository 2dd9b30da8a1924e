import Model

enum StatusCommand: Subcommand {
    static let name = "status"
    static let summary = "what every service runs now, and how it is"
    static let grammar = Arguments.Grammar(operands: ["NAME"], optional: 1)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let answer: JSON
        if let name = context.arguments[0] {
            answer = .array([try await context.client().get("/v1/services/\(AgentClient.escape(name))")])
        } else {
            answer = try await context.client().get("/v1/services")
        }
        if context.wantsJSON {
            context.terminal.print(answer.prettyText)
            return ExitCode.ok
        }
        let services = answer.array ?? []
        guard !services.isEmpty else {
            context.terminal.print("no service is configured; describe one in \(context.home.configuration)")
            return ExitCode.ok
        }
        context.terminal.print(table(services).text(context.terminal))
        if let next = nextCommand(services, context) { context.terminal.print("\nnext: \(next)") }
        return ExitCode.ok
    }

    private static func table(_ services: [JSON]) -> Table {
        var table = Table("SERVICE", "DRIVER", "RELEASE", "STATE", "HEALTH", "LAST DEPLOY", "NOTE")
        for service in services {
            let outcome = service["last_deploy"]?["outcome"]?.string
            let health = service["health"]?.string
            table.add(
                Table.Cell(service["name"]?.string), Table.Cell(service["driver"]?.string),
                Table.Cell(Show.release(service)), Table.Cell(service["state"]?.string),
                Table.Cell(health, Show.colour(health: health)),
                Table.Cell(lastDeploy(service["last_deploy"]), Show.colour(outcome: outcome)),
                Table.Cell(service["note"]?.string ?? ""))
        }
        return table
    }

    private static func lastDeploy(_ deploy: JSON?) -> String? {
        guard let deploy, let id = deploy["id"]?.string else { return nil }
        return "\(deploy["outcome"]?.string ?? "running") \(id)"
    }

    /// The one thing to type next, for the worst of what there is.
    private static func nextCommand(_ services: [JSON], _ context: Context) -> String? {
        let home = context.arguments["--home"].map { " --home \($0)" } ?? ""
        func command(_ words: String) -> String { "grapnel \(words)\(home)" }
        if let service = services.first(where: {
            $0["state"]?.string == "unknown" || $0["health"]?.string == "unhealthy"
        }),
            let id = service["last_deploy"]?["id"]?.string
        {
            return command("show \(id)")
        }
        if let id = services.compactMap({ $0["running"]?.string }).first { return command("show \(id) --follow") }
        let bad = ["rolled-back", "failed", "aborted", "blocked"]
        if let service = services.first(where: { bad.contains($0["last_deploy"]?["outcome"]?.string ?? "") }),
            let id = service["last_deploy"]?["id"]?.string
        {
            return command("show \(id)")
        }
        if let service = services.first(where: { $0["paused"]?.bool == true }), let name = service["name"]?.string {
            return command("resume \(name)")
        }
        if let service = services.first(where: { $0["state"]?.string == "never deployed" }),
            let name = service["name"]?.string
        {
            return command("deploy \(name)")
        }
        return nil
    }
}
