import Daemon
import Glibc
import Journal
import Lifecycle
import Model

/// Looks at everything that a deploy will need, and says what to do about what is missing.
enum DoctorCommand: Subcommand {
    static let name = "doctor"
    static let summary = "whether this machine is ready, and what to do if not"
    static let grammar = Arguments.Grammar()

    struct Finding {
        enum Grade: String {
            case good = "ok"
            case warning
            case bad
        }

        let grade: Grade
        let what: String
        /// What to do about it.
        var remedy: String?
    }

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let findings = await examine(context)
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
                context.terminal.print(context.terminal.paint(grade, colour) + finding.what)
                if let remedy = finding.remedy { context.terminal.print("        \(remedy)") }
            }
        }
        return findings.contains { $0.grade == .bad } ? ExitCode.failed : ExitCode.ok
    }

    private static func examine(_ context: Context) async -> [Finding] {
        var findings: [Finding] = []
        let checked = await Wiring(home: context.home, environment: context.environment).check()
        findings += checked.mistakes.map {
            Finding(grade: .bad, what: $0, remedy: "mend it; grapnel check tells when it is")
        }
        if checked.mistakes.isEmpty {
            findings.append(Finding(grade: .good, what: "settings: \(context.home.configuration)"))
        }
        findings += checked.warnings.map { Finding(grade: .warning, what: $0) }
        findings += await Health.state(context.home)
        findings += await Health.agent(context)
        return findings
    }

    private enum Health {
        static func state(_ home: Home) async -> [Finding] {
            var findings: [Finding] = []
            do throws(Problem) {
                try StateDirectory.make(home.state)
                findings.append(Finding(grade: .good, what: "state: \(home.state)"))
            } catch {
                return [Finding(grade: .bad, what: "state: \(error)", remedy: "the agent keeps its journal there")]
            }
            var disk = statvfs()
            if statvfs(home.state, &disk) == 0 {
                let free = (UInt64(disk.f_bavail) * UInt64(disk.f_frsize)) >> 20
                findings.append(
                    free < 200
                        ? Finding(
                            grade: .bad, what: "disk: \(free) MiB free on \(home.state)",
                            remedy: "a deploy waits when its journal cannot be written: free some space")
                        : Finding(grade: .good, what: "disk: \(free) MiB free on \(home.state)"))
            }
            findings.append(await journal(home))
            return findings
        }

        private static func journal(_ home: Home) async -> Finding {
            do throws(Problem) {
                let reader = try JournalReader(path: home.database)
                let unfinished = try await reader.unfinished()
                await reader.close()
                guard let first = unfinished.first, !HomeLock.isHeld(home) else {
                    return Finding(grade: .good, what: "journal: \(home.database)")
                }
                return Finding(
                    grade: .warning, what: "journal: deploy \(first.id) of \(first.service) was cut off",
                    remedy: "start the agent: it finishes or undoes it")
            } catch {
                guard error.code != .notFound else {
                    return Finding(grade: .good, what: "journal: none yet, the first start makes it")
                }
                return Finding(grade: .bad, what: "journal: \(error)")
            }
        }

        static func agent(_ context: Context) async -> [Finding] {
            do throws(Problem) {
                let answer = try await context.client().get("/health")
                return [Finding(grade: .good, what: "agent: runs, version \(answer["version"]?.string ?? "unknown")")]
            } catch {
                guard error.code == .unreachable else { return [Finding(grade: .bad, what: "agent: \(error)")] }
                return [
                    Finding(
                        grade: .warning, what: "agent: does not run on \(context.home.directory)",
                        remedy: "start it with: \(RunCommand.hint(context.home))")
                ]
            }
        }
    }
}
