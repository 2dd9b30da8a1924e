import Daemon
import Hooks
import Journal
import Lifecycle
import Model
import Settings

enum HooksCommand: Subcommand {
    static let name = "hooks"
    static let summary = "list the hooks, or try those of one hook point: hooks test POINT SERVICE"
    static let grammar = Arguments.Grammar(
        operands: ["list|test", "POINT", "SERVICE"], optional: 3,
        options: [
            Arguments.Grammar.Option(name: "--last", help: "with the service's last real deploy, not with a sample")
        ])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        switch context.arguments[0] ?? "list" {
        case "list":
            guard context.arguments[1] == nil else { throw Problem(.usage, "hooks list: expected nothing more") }
            return await list(context)
        case "test":
            guard let point = context.arguments[1], let service = context.arguments[2] else {
                throw Problem(.usage, "hooks test: expected a hook point and a service")
            }
            return try await test(context, point, service)
        case let other:
            throw Problem(.usage, "hooks: \"\(other)\": expected list or test")
        }
    }

    private static func list(_ context: Context) async -> Int32 {
        let files = await Wiring(home: context.home, environment: context.environment).examine().hooks
        if context.wantsJSON {
            context.terminal.print(JSON.array(files.map(json)).prettyText)
            return ExitCode.ok
        }
        guard !files.isEmpty else {
            context.terminal.print("no hooks in \(context.home.hookDirectories.joined(separator: ", "))")
            return ExitCode.ok
        }
        var table = Table("HOOK", "SERVICE", "POINT", "STATE", "FILE")
        for file in files {
            table.add(
                Table.Cell(file.name), Table.Cell(file.service ?? "every"),
                Table.Cell(file.point?.rawValue ?? "its own"),
                Table.Cell(file.remark ?? "active", file.remark == nil ? .green : file.isBroken ? .red : .yellow),
                Table.Cell(file.path))
        }
        context.terminal.print(table.text(context.terminal))
        return ExitCode.ok
    }

    private static func json(_ file: HookFile) -> JSON {
        [
            "name": .string(file.name), "service": JSON(file.service), "point": JSON(file.point?.rawValue),
            "state": .string(file.remark ?? "active"), "file": .string(file.path),
        ]
    }

    private static func test(_ context: Context, _ pointName: String, _ name: String) async throws(Problem) -> Int32 {
        guard let point = HookPoint(rawValue: pointName) else {
            let points = HookPoint.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.usage, "hooks test: \"\(pointName)\" is not a hook point, expected one of \(points)")
        }
        let wiring = Wiring(home: context.home, environment: context.environment)
        let loaded = try wiring.load()
        let event = try await event(point, name, wiring, context)
        let store = ForgetfulStore()
        let surroundings = wiring.hookSurroundings(loaded.settings, store: store) { _, _ in }
        let tester = HookTester(HookFinder(directories: context.home.hookDirectories), surroundings: surroundings)
        let trials = await Interruption.ending { await tester.test(event) }
        context.terminal.print(
            context.wantsJSON ? JSON.array(trials.map(json)).prettyText : text(trials, point, context.terminal))
        return trials.contains { $0.problem != nil } ? ExitCode.failed : ExitCode.ok
    }

    private static func event(
        _ point: HookPoint, _ name: String, _ wiring: Wiring, _ context: Context
    ) async throws(Problem) -> HookEvent {
        let moment = SystemClock().now()
        let wantsLast = context.arguments.has("--last")
        if point == .webhook || point == .command {
            guard !wantsLast else {
                throw Problem(
                    .usage, "hooks test: --last is for the hook points of a deploy, not for \(point.rawValue)")
            }
            // A webhook needs no entry in the settings for its hook to be written first.
            return HookEvent.sample(
                point, of: Service(name: name, kind: .script(ScriptDefinition(run: []))), at: moment)
        }
        let services = try await wiring.services()
        guard let service = services.first(where: { $0.name == name }) else {
            throw Problem.unknownService(name, among: services.map(\.name))
        }
        var event = HookEvent.sample(point, of: service, at: moment)
        guard wantsLast else { return event }
        guard let last = try await Offline(context).lastDeploy(of: name) else {
            throw Problem(.notFound, "hooks test --last: \(name) was never deployed")
        }
        let record = last.record
        event.deploy = Deploy(
            id: record.id, service: service, trigger: record.trigger, wish: record.wish, attempt: record.attempt,
            from: record.from, to: point == .selectTag ? nil : record.to,
            failure: record.outcome == .deployed ? nil : record.reason)
        if point == .notify {
            guard let told = last.event else {
                throw Problem(.notFound, "hooks test --last: nothing is kept of what was said of deploy \(record.id)")
            }
            event.event = told
        }
        return event
    }

    private static func text(_ trials: [HookTester.Trial], _ point: HookPoint, _ terminal: Terminal) -> String {
        guard !trials.isEmpty else { return "no hooks at \(point.rawValue)" }
        return trials.map { trial in
            let lines = trial.log.map { "\n  | \(Table.harmless($0))" }.joined()
            switch trial.answer {
            case nil: return "\(trial.hook): not reached"
            case .success(let answer)?:
                return "\(trial.hook): \(terminal.paint(answer.text, .green)) after \(trial.duration.shortText)\(lines)"
            case .failure(let problem)?:
                return "\(trial.hook): \(terminal.paint("failed", .red)): \(problem)\(lines)"
            }
        }.joined(separator: "\n")
    }

    private static func json(_ trial: HookTester.Trial) -> JSON {
        [
            "hook": .string(trial.hook), "answer": JSON((try? trial.answer?.get())?.name),
            "reason": JSON((try? trial.answer?.get())?.text), "problem": JSON(trial.problem.map { "\($0)" }),
            "milliseconds": .integer(trial.duration.milliseconds), "log": .array(trial.log.map(JSON.string)),
        ]
    }
}

extension HookTester.Trial {
    var problem: Problem? {
        if case .failure(let problem)? = answer { problem } else { nil }
    }
}

extension HookAnswer {
    /// The answer and what it says, in one line.
    var text: String {
        switch self {
        case .proceed, .drop: name
        case .abort(let reason), .rollBack(let reason), .notYet(let reason):
            reason.isEmpty ? name : "\(name): \(reason)"
        case .postpone(let delay, let reason): "\(name) for \(delay.text)\(reason.isEmpty ? "" : ": \(reason)")"
        case .tag(let tag): "tag \(tag)"
        case .rewrite(let value): "rewrite \(value.text)"
        }
    }
}
