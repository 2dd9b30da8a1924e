import Compose
import Daemon
import DockerEngine
import Glibc
import Journal
import Lifecycle
import Model
import Scripts
import Settings

/// What the doctor looks at besides the files of the owner.
struct Machine {
    let context: Context
    let wiring: Wiring

    private var home: Home { context.home }

    /// Settings that cannot be read were told of already.
    func scripts() async throws(Problem) -> [Finding] {
        guard let services = try? wiring.load().settings.services else { return [] }
        var findings: [Finding] = []
        for service in services.sorted(by: { $0.name < $1.name }) where service.isEnabled {
            for obstacle in try await wiring.scripts.obstacles(of: service) {
                findings.append(
                    obstacle.isOfRollback
                        ? Finding(
                            grade: .warning, what: "\(obstacle.problem)",
                            remedy: "as things are, a failed deploy of \(service.name) could not be undone")
                        : Finding(
                            grade: .bad, what: "\(obstacle.problem)", remedy: "no deploy of \(service.name) can work"))
            }
        }
        return findings
    }

    func compose(_ examination: Examination) async throws(Problem) -> [Finding] {
        let services = examination.settings.services
        // An address that is not understood is told of by whoever looks at the engine.
        guard let examination = try? wiring.composeExamination(examination) else { return [] }
        var findings: [Finding] = []
        var programs: Set<String> = []
        for service in services.sorted(by: { $0.name < $1.name })
        where service.isEnabled && service.kind.driver == .compose {
            do throws(Problem) {
                let program = try await examination.program(for: service)
                if programs.insert(program).inserted { findings.append(.good("compose: \(program)")) }
            } catch {
                if error.code == .interrupted { throw error }
                findings.append(.bad("services.\(service.name): \(error)", "no deploy of \(service.name) can work"))
            }
            if let obstacle = try await examination.obstacle(of: service) {
                findings.append(.bad("\(obstacle)", "no deploy of \(service.name) can work"))
            }
        }
        return findings
    }

    /// As far as the settings can be read. Whoever moves no container need not have an engine.
    func engine(_ examination: Examination) async -> [Finding] {
        let settings = examination.settings
        let services = (settings.services + examination.labelled.entries.map(\.service)).filter {
            $0.isEnabled && $0.kind.driver == .container
        }
        let isNamed = context.environment["DOCKER_HOST"].map { !$0.isEmpty } ?? false
        let hasOthers = settings.services.contains { $0.isEnabled && [.compose, .swarm].contains($0.kind.driver) }
        guard isNamed || hasOthers || !services.isEmpty else { return [] }
        return await wiring.engineExamination(examination, services).findings()
    }

    func state() async -> [Finding] {
        do throws(Problem) {
            guard try StateDirectory.isReady(home.state) else {
                return [Finding(grade: .good, what: "state: none yet, the first start makes \(home.state)")]
            }
        } catch {
            let remedy =
                geteuid() == 0
                ? "the agent keeps its journal in \(home.state)"
                : "the agent keeps its journal in \(home.state): run the doctor as the agent's user or with sudo"
            return [Finding(grade: .bad, what: "state: \(error)", remedy: remedy)]
        }
        return [Finding(grade: .good, what: "state: \(home.state)")] + disk() + [await journal()]
    }

    private func disk() -> [Finding] {
        var disk = statvfs()
        guard statvfs(home.state, &disk) == 0 else { return [] }
        let free = (UInt64(disk.f_bavail) * UInt64(disk.f_frsize)) >> 20
        return [
            free < 200
                ? Finding(
                    grade: .bad, what: "disk: \(free) MiB free on \(home.state)",
                    remedy: "a deploy waits when its journal cannot be written: free some space")
                : Finding(grade: .good, what: "disk: \(free) MiB free on \(home.state)")
        ]
    }

    private func journal() async -> Finding {
        do throws(Problem) {
            let reader = try JournalReader(wiring.journalOptions())
            let damage: [String]
            let unfinished: [DeployRecord]
            do throws(Problem) {
                damage = try await reader.quickCheck()
                unfinished = damage.isEmpty ? try await reader.unfinished() : []
            } catch {
                await reader.close()
                throw error
            }
            await reader.close()
            if let first = damage.first {
                return Finding(
                    grade: .bad, what: "journal: \(first)",
                    remedy: "the agent restores it from a backup: restart it, or start it")
            }
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

    func agent() async -> [Finding] {
        do throws(Problem) {
            let answer = try await context.client().get("/health")
            return [Finding(grade: .good, what: "agent: runs, version \(answer["version"]?.string ?? "unknown")")]
        } catch {
            guard error.code == .unreachable else { return [Finding(grade: .bad, what: "agent: \(error)")] }
            return [
                Finding(
                    grade: .warning, what: "agent: does not run on \(home.directory)",
                    remedy: "start it with: \(RunCommand.hint(home))")
            ]
        }
    }
}
