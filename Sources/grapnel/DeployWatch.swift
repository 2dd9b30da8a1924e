import Lifecycle
import Model
import Synchronization

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
        let accepted = try await client.post("/v1/services/\(URLText.escaped(name))/\(order)", body)
        guard let id = accepted["id"]?.string else {
            let reason = accepted["reason"]?.string ?? "declined"
            context.wantsJSON
                ? context.terminal.print(accepted.prettyText) : context.terminal.print("\(name): \(reason)")
            return ExitCode.failed
        }
        if context.arguments.has("--no-wait") {
            let together = accepted["status"] == "coalesced" ? ", in the place of what waited" : ""
            context.terminal.print(
                context.wantsJSON ? accepted.prettyText : "deploy \(id) of \(name) is accepted\(together)")
            return ExitCode.ok
        }
        return try await follow(
            id, of: name, asked: accepted["asked"]?.string, allLines: context.arguments.has("--follow"))
    }

    /// Shows the deploy until it ends; answers the exit code of its outcome. `asked` is what the caller wanted of it.
    func follow(
        _ id: String, of service: String, asked: String? = nil, allLines: Bool
    ) async throws(Problem) -> Int32 {
        let view = context.wantsJSON ? nil : LiveView(terminal: context.terminal, allLines: allLines)
        let departure = Departure { [context] in
            view?.end()
            context.terminal.printError("the deploy goes on: \(context.command("show \(id) --follow"))")
        }
        let report = try await report(id, of: service, view)
        await departure.isOver()
        if context.wantsJSON {
            context.terminal.print(report.prettyText)
        } else {
            context.terminal.print(summary(report))
        }
        if let asked, let done = report["asked"]?.string, done != asked {
            context.terminal.printError("grapnel: somebody asked for \(done) after you had asked for \(asked)")
            return ExitCode.failed
        }
        return report["outcome"]?.string.flatMap(Outcome.init(rawValue:))?.exitCode ?? ExitCode.failed
    }

    private func report(_ id: String, of service: String, _ view: LiveView?) async throws(Problem) -> JSON {
        let last = LastWord()
        do throws(Problem) {
            try await client.follow(id) { progress in
                last.note(progress)
                view?.show(progress)
            }
            view?.end()
        } catch {
            view?.end()
            guard error.code == .interrupted else { throw error }
        }
        do throws(Problem) {
            // The agent may be gone by the time that its last word is here; then the journal has the rest.
            guard let (outcome, reason) = last.end else { return try await client.outcome(of: id) }
            if let report = try? await Offline(context).show(id), report["outcome"]?.string != nil { return report }
            return [
                "id": .string(id), "service": .string(service), "outcome": .string(outcome.rawValue),
                "reason": JSON(reason),
            ]
        } catch {
            guard error.code == .interrupted || error.code == .unreachable else { throw error }
            throw Problem(
                .interrupted,
                "the agent went away; the deploy is finished or undone at its next start; see: "
                    + context.command("show \(id)"))
        }
    }

    /// What the agent said of the end, which is in the journal by then.
    private final class LastWord: Sendable {
        private let said = Mutex<(Outcome, String?)?>(nil)

        var end: (Outcome, String?)? { said.withLock { $0 } }

        func note(_ progress: DeployProgress) {
            guard case .finished(let outcome, let reason) = progress else { return }
            said.withLock { $0 = (outcome, reason) }
        }
    }

    private func summary(_ report: JSON) -> String {
        let terminal = context.terminal
        let outcome = report["outcome"]?.string ?? "unknown"
        let name = report["service"]?.string ?? ""
        var line = "\(name): \(Show.colour(outcome: outcome).map { terminal.paint(outcome, $0) } ?? outcome)"
        switch outcome {
        case "deployed": line += Show.release(report["to"]).map { " \($0)" } ?? ""
        case "rolled-back": line += " to \(Show.release(report["from"]) ?? "what ran before")"
        default: break
        }
        if let took = Show.took(report) { line += " in \(took)" }
        if let reason = report["reason"]?.string { line += "\n  \(Table.harmless(reason))" }
        if outcome != "deployed", outcome != "unchanged", let id = report["id"]?.string {
            line += "\n  more: \(context.command("show \(id)"))"
        }
        return line
    }
}
