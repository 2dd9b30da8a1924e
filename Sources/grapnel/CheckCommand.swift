import Glibc
import Model

enum CheckCommand: Subcommand {
    static let name = "check"
    static let summary = "every mistake in the settings, hooks and plugins"
    static let grammar = Arguments.Grammar()

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let findings = await Wiring(home: context.home, environment: context.environment).check()
        if context.wantsJSON {
            let answer: JSON = [
                "mistakes": .array(findings.mistakes.map(JSON.string)),
                "warnings": .array(findings.warnings.map(JSON.string)),
                "labelled": .array(findings.labelled.map(JSON.string)),
            ]
            context.terminal.print(answer.prettyText)
        } else {
            for mistake in findings.mistakes { context.terminal.print(Table.harmless(mistake)) }
            for warning in findings.warnings { context.terminal.print("warning: \(Table.harmless(warning))") }
            if !findings.labelled.isEmpty {
                context.terminal.print("services by labels: \(findings.labelled.joined(separator: ", "))")
            }
            let count = findings.mistakes.count
            let isThere = access(context.home.configuration, F_OK) == 0
            let good = isThere ? "\(context.home.configuration): good" : "no mistakes"
            context.terminal.print(count == 0 ? good : "\(count) mistake\(count == 1 ? "" : "s")")
        }
        return findings.mistakes.isEmpty ? ExitCode.ok : ExitCode.failed
    }
}
