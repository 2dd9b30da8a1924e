import Model

enum StatusCommand: Subcommand {
    static let name = "status"
    static let summary = "what every service runs now, and how it is"
    static let grammar = Arguments.Grammar(operands: ["NAME"], optional: 1)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let answer: JSON
        if let name = context.arguments[0] {
            answer = .array([try await context.client().get("/v1/services/\(URLText.escaped(name))")])
        } else {
            answer = try await context.client().get("/v1/services")
        }
        if context.wantsJSON {
            context.terminal.print(answer.prettyText)
            return ExitCode.ok
        }
        let services = answer.array ?? []
        let stranded =
            context.arguments[0] == nil ? try await context.client().get("/v1/stranded").array ?? [] : []
        guard !services.isEmpty || !stranded.isEmpty else {
            context.terminal.print("no service is configured; describe one in \(context.home.configuration)")
            return ExitCode.ok
        }
        if !services.isEmpty { context.terminal.print(table(services).text(context.terminal)) }
        if context.arguments[0] != nil, let looks = Show.looks(services.first?["poll"]) {
            context.terminal.print("\nlooks for new releases: \(Table.harmless(looks))")
            for (title, line) in Show.tags(services.first?["poll"]?["tags"]) {
                let name = title.isEmpty ? "" : title + ":"
                context.terminal.print("\(name)\(String(repeating: " ", count: 6 - name.count))\(Table.harmless(line))")
            }
        }
        for deploy in stranded { context.terminal.print("\n" + text(stranded: deploy)) }
        if let next = nextCommand(services, stranded, context) { context.terminal.print("\nnext: \(next)") }
        return ExitCode.ok
    }

    private static func text(stranded deploy: JSON) -> String {
        func word(_ key: String) -> String { deploy[key]?.string ?? "" }
        return Table.harmless(
            "\(word("service")): deploy \(word("id")) was cut off at \(word("phase")), and the settings no longer have it "
                + "as a \(word("driver")) service: put it back and reload, so that the deploy can be finished or undone"
        )
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
    private static func nextCommand(_ services: [JSON], _ stranded: [JSON], _ context: Context) -> String? {
        func name(_ key: String, _ value: String) -> String? {
            services.first { $0[key]?.string == value }?["name"]?.string
        }
        if let id = stranded.first?["id"]?.string { return context.command("show \(id)") }
        if services.contains(where: { $0["doubt"]?.string != nil || $0["state"]?.string == "missing" }) {
            return context.command("doctor")
        }
        // What a container said last is more than this program knows of why it is down.
        let down = services.first { service in
            service["health"]?.string == "unhealthy" && ["stopped", "restarting"].contains(service["state"]?.string)
        }
        if let container = down?["container"]?.string { return "docker logs --tail 50 \(container)" }
        if let service = services.first(where: {
            $0["state"]?.string == "unknown" || $0["health"]?.string == "unhealthy"
        }),
            let id = service["last_deploy"]?["id"]?.string
        {
            return context.command("show \(id)")
        }
        if let id = services.compactMap({ $0["running"]?.string }).first {
            return context.command("show \(id) --follow")
        }
        let bad = ["rolled-back", "failed", "aborted", "blocked"]
        if let service = services.first(where: { bad.contains($0["last_deploy"]?["outcome"]?.string ?? "") }),
            let id = service["last_deploy"]?["id"]?.string
        {
            return context.command("show \(id)")
        }
        // What the settings pause no command ends.
        if name("paused_by", "everything") != nil { return context.command("resume") }
        if let name = name("paused_by", "service") { return context.command("resume \(name)") }
        // One that runs what it should needs no deploy.
        return services.first { service in
            service["state"]?.string == "never deployed" && service["poll"]?["finding"]?.string != "up-to-date"
        }?["name"]?.string.map { context.command("deploy \($0)") }
    }
}
