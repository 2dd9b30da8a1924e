import Model

/// Looks at everything that a deploy will need, and says what to do about what is missing.
enum DoctorCommand: Subcommand {
    static let name = "doctor"
    static let summary = "whether this machine is ready, and what to do if not"
    static let grammar = Arguments.Grammar()

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let findings = try await examine(context)
        if context.wantsJSON {
            let list = findings.map { finding -> JSON in
                [
                    "grade": .string(finding.grade.rawValue), "what": .string(finding.what),
                    "remedy": JSON(finding.remedy),
                ]
            }
            context.terminal.print(JSON.array(list).prettyText)
        } else {
            for finding in findings {
                let colour: Terminal.Colour =
                    switch finding.grade {
                    case .good: .green
                    case .warning: .yellow
                    case .bad: .red
                    }
                let grade = finding.grade.rawValue + String(repeating: " ", count: 8 - finding.grade.rawValue.count)
                context.terminal.print(context.terminal.paint(grade, colour) + Table.harmless(finding.what))
                if let remedy = finding.remedy { context.terminal.print("        \(Table.harmless(remedy))") }
            }
        }
        return findings.contains { $0.grade == .bad } ? ExitCode.failed : ExitCode.ok
    }

    private static func examine(_ context: Context) async throws(Problem) -> [Finding] {
        var findings: [Finding] = []
        let wiring = Wiring(home: context.home, environment: context.environment)
        let examination = await wiring.examine()
        let checked = examination.findings(context.home)
        findings += checked.mistakes.map { .bad($0, "mend it; grapnel check tells when it is") }
        if checked.mistakes.isEmpty { findings.append(.good("settings: \(context.home.configuration)")) }
        findings += checked.warnings.map { .warning($0) }
        let machine = Machine(context: context, wiring: wiring)
        // Both take their time.
        async let engine = machine.engine(examination)
        findings += try await machine.scripts()
        findings += try await machine.compose(examination)
        findings += await engine
        findings += await machine.state()
        return findings + (await machine.agent())
    }
}
