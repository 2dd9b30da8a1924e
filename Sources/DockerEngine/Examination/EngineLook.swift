import Model
import Processes

/// Does the engine answer, which API is spoken with it, and is it well?
struct EngineLook: Sendable {
    private let engine: Engine
    private let environment: [String: String]

    struct Seen {
        var findings: [Finding]
        /// Whether there is any use in asking it more.
        var isUsable: Bool
    }

    init(_ engine: Engine, environment: [String: String]) {
        self.engine = engine
        self.environment = environment
    }

    func findings() async -> Seen {
        let engine = engine
        let version: EngineVersion
        let spoken: APIVersion
        do throws(Problem) {
            (version, spoken) = try await TimeLimit.run { () async throws(Problem) -> (EngineVersion, APIVersion) in
                (try await engine.version(), try await engine.spokenVersion())
            }
        } catch {
            return Seen(findings: [refused(error)], isUsable: false)
        }
        var findings = [speaks(version, spoken)]
        do throws(Problem) {
            let json = try await TimeLimit.run { () async throws(Problem) -> JSON in try await engine.get("/info") }
            let report = EngineReport(json, engine.address)
            findings += try await TimeLimit.run { () async throws(Problem) -> [Finding] in
                try await OwnThread.run { report.findings } ?? []
            }
            findings += await EngineDisk(report).findings()
        } catch {
            findings.append(.bad("engine: /info: \(error)", "the engine hangs: its log may say why (\(logs))"))
            return Seen(findings: findings, isUsable: error.code != .timeout)
        }
        return Seen(findings: findings, isUsable: true)
    }

    private func refused(_ problem: Problem) -> Finding {
        switch problem.code {
        case .timeout: .bad("engine: \(engine.address): \(problem)", "the engine hangs: its log may say why (\(logs))")
        case .unsupported where problem.message.hasPrefix("DOCKER_API_VERSION"):
            .bad("engine: \(problem)", "unset DOCKER_API_VERSION")
        case .unsupported: .bad("engine: \(problem)", "another version of the engine, or of Grapnel")
        default: .bad("engine: \(problem)", "start the engine; its log may say why it does not run (\(logs))")
        }
    }

    private var logs: String { "journalctl -u docker" }

    private func speaks(_ version: EngineVersion, _ spoken: APIVersion) -> Finding {
        let own = environment["DOCKER_API_VERSION"].flatMap { $0.isEmpty ? nil : $0 }
        let what =
            "engine: \(version.name), \(version.os)/\(version.architecture), speaks the API \(version.lowest) to "
            + "\(version.highest); \(spoken) is used\(own == nil ? "" : ", as DOCKER_API_VERSION says")"
        guard own != nil, !(EngineVersion.oldest...EngineVersion.newest ~= spoken) else { return .good(what) }
        return .warning(
            "\(what), and this program knows \(EngineVersion.oldest) to \(EngineVersion.newest)",
            "unset DOCKER_API_VERSION")
    }
}
