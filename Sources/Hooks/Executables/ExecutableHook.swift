import Files
import Lifecycle
import Model
import Processes

/// A program that is a hook.
///
/// It gets its hook point as its only argument, the environment of `DeployEnvironment`, and the event as JSON on its
/// standard input (see `HookEvent.json`). It starts in `/`, and as `hooks.user` when there is one.
///
///     exit code 0      continue; healthy at `health`
///     exit code 75     defer at `pre-pull` and `pre-up`, not yet at `health`
///     any other        abort or roll back at points that may, a warning elsewhere
///
/// Lines `key=value` on standard output say more (see `AnswerKey`): `reason=`, `delay=30m`, `tag=`, … An unknown key is a
/// failed hook; a line without a key is only logged, as all of standard error is. Without a reason, the last line of
/// standard error is taken for it.
///
/// A line `# grapnel: idempotent` among the first ten says that it may be run again when the agent was killed in the
/// middle of it.
struct ExecutableHook: Hook {
    let file: HookFile
    let isIdempotent: Bool
    let surroundings: HookSurroundings

    var name: String { file.name }

    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer {
        let output = HookOutput(at: event.point, log: HookLog(name, of: event.deploy.id, surroundings))
        let result = try await Process.run(try await spec(event)) { output.take($0, $1) }
        output.end()
        switch result.ending {
        case .exited, .signalled: return try output.answer(result.ending)
        case .timedOut: throw Problem(.timeout, "it \(result.ending.sentence(timeout: surroundings.limits.timeout))")
        case .cancelled: throw Problem(.interrupted, "it \(result.ending.sentence(timeout: nil))")
        }
    }

    private func spec(_ event: HookEvent) async throws(Problem) -> ProcessSpec {
        var environment = event.environment(inheriting: surroundings.services.environment)
        let user = surroundings.limits.user
        environment.add(try await UserAccount.environment(of: user, given: environment.values))
        var spec = ProcessSpec([file.path, event.point.rawValue])
        spec.environment = environment.values
        spec.directory = "/"
        spec.input = Array((event.json.text + "\n").utf8)
        spec.user = user
        spec.timeout = surroundings.limits.timeout
        // Both streams are taken as they come.
        spec.outputLimit = 0
        return spec
    }
}

extension ExecutableHook {
    private static let declaration = "# grapnel: idempotent"

    /// Reads the file: not for Swift's cooperative pool.
    static func declaresIdempotent(_ path: String) -> Bool {
        guard let beginning = try? FileContent.beginning(of: path, count: 4096), beginning.starts(with: "#!".utf8)
        else {
            return false
        }
        let lines = beginning.split(separator: UInt8(ascii: "\n"), maxSplits: 10, omittingEmptySubsequences: false)
        return lines.prefix(10).contains { line in
            var line = line
            while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") { line.removeLast() }
            return line.elementsEqual(declaration.utf8)
        }
    }
}
