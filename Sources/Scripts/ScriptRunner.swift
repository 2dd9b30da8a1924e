import Lifecycle
import Model
import Processes
import Synchronization

/// Runs scripts for a deploy, all in the same way: as their user, in their directory, with the environment that is
/// documented and nothing else.
struct ScriptRunner: Sendable {
    /// The agent's own environment, of which little is passed on.
    let environment: [String: String]
    /// Where a script without a directory of its own starts.
    let directory: String

    /// In bytes.
    private static let mostErrors = 512

    /// Throws only `.interrupted`: the agent is being stopped, the script was ended, what it did is unknown.
    func run(
        _ script: Script, for deploy: Deploy, restoring release: Release? = nil, log: OutputLog
    ) async throws(Problem) -> ScriptEnd {
        var spec = spec(script)
        // The log has it already.
        spec.outputLimit = 0
        let result: ProcessResult
        do throws(Problem) {
            spec.environment = try await environment(of: script, for: deploy, restoring: release)
            result = try await Process.run(spec, live: log.take)
        } catch {
            if error.code == .interrupted { throw error }
            return .notStarted(error)
        }
        log.end()
        // What has left the script's group and does not listen would work against the rollback that follows.
        if result.ending == .timedOut { try await ProcessOrphans().endOrphans(of: deploy.id) }
        return try end(result.ending, of: script, log.lastError)
    }

    /// What a script printed, of which only the beginning is kept.
    func output(
        of script: Script, for deploy: Deploy, limit: Int
    ) async throws(Problem) -> (text: String, isWhole: Bool) {
        var spec = spec(script)
        spec.outputLimit = limit
        spec.environment = try await environment(of: script, for: deploy, restoring: nil)
        let errors = Mutex<[String]>([])
        let log = OutputLog(limit: ScriptRunner.mostErrors) { line in errors.withLock { $0.append(line) } }
        let result = try await Process.run(spec) { if $0 == .errors { log.take($0, $1) } }
        log.end()
        // There is no deploy's log yet that would have the rest, and the first line may say more than the last.
        let text = errors.withLock { $0 }.filter { !$0.isEmpty }.joined(separator: " | ")
        if let problem = try end(result.ending, of: script, text.isEmpty ? nil : text).problem { throw problem }
        return (result.outputText, result.outputDropped == 0)
    }

    private func spec(_ script: Script) -> ProcessSpec {
        var spec = ProcessSpec(script.arguments)
        spec.directory = script.directory ?? directory
        spec.user = script.user
        spec.timeout = script.timeout
        return spec
    }

    private func environment(
        of script: Script, for deploy: Deploy, restoring release: Release?
    ) async throws(Problem) -> [String: String] {
        var environment = DeployEnvironment(deploy, inheriting: self.environment)
        environment.add(restoring: release)
        environment.add(try await UserAccount.environment(of: script.user, given: environment.values))
        environment.add(script.environment)
        return environment.values
    }

    private func end(_ ending: Ending, of script: Script, _ lastError: String?) throws(Problem) -> ScriptEnd {
        if ending == .cancelled {
            throw Problem(.interrupted, "\(script.name) \(ending.sentence(timeout: script.timeout))")
        }
        if ending == .exited(0) { return .succeeded }
        let sentence = "\(script.name) \(ending.sentence(timeout: script.timeout))"
        return .failed(
            Problem(
                ending == .timedOut ? .timeout : .failed, lastError.map { "\(sentence): \($0)" } ?? sentence))
    }
}
