import Lifecycle
import Model
import Processes

/// Runs a program; exit code 0 is healthy. For a script service it runs as the scripts do: in their directory, which
/// their user can write, and therefore as that user and never as the agent.
struct ExecAsker: Asker {
    let probe: HealthDefinition.ExecProbe
    let timeout: Duration
    let deploy: Deploy
    let environment: [String: String]
    let directory: String

    func ask() async -> ProbeAnswer {
        let program = probe.arguments.first ?? ""
        let shown = "exec \(probe.shown.first ?? "")"
        do throws(Problem) {
            let lastError = OutputLog(limit: 0) { _ in }
            let result = try await Process.run(try await spec()) { if $0 == .errors { lastError.take($0, $1) } }
            if result.succeeded { return .content }
            let sentence = "\(shown): \(result.ending.sentence(timeout: timeout))"
            return .complaint(lastError.lastError.map { "\(sentence): \($0)" } ?? sentence)
        } catch {
            let start = "\"\(program)\" "
            let reason = error.message.hasPrefix(start) ? String(error.message.dropFirst(start.count)) : error.message
            return .notAsked(Problem(error.code, "\(shown): \(reason)"))
        }
    }

    private func spec() async throws(Problem) -> ProcessSpec {
        var spec = ProcessSpec(probe.arguments)
        spec.directory = directory
        spec.timeout = timeout
        spec.outputLimit = 0
        // The next round must not have to wait for one that does not listen.
        spec.grace = .seconds(1)
        var own: [String: String] = [:]
        if case .script(let definition) = deploy.service.kind {
            spec.directory = definition.directory ?? directory
            spec.user = definition.user
            own = definition.environment
        }
        var environment = DeployEnvironment(deploy, inheriting: self.environment)
        environment.add(try await UserAccount.environment(of: spec.user, given: environment.values))
        environment.add(own)
        spec.environment = environment.values
        return spec
    }
}
