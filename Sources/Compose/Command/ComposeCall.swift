import Lifecycle
import Model
import Processes

/// Runs compose on one project.
struct ComposeCall: Sendable {
    let program: ComposeProgram
    /// Whole: nothing of the agent's own is added.
    var environment: [String: String]
    /// Where the project's paths begin.
    let directory: String
    let project: String
    var files: [String]
    var environmentFiles: [String]
    let profiles: [String]
    let timeout: Duration
    /// Values that nobody is told of.
    var secrets: [String] = []

    /// What compose makes of the files, as JSON or YAML.
    func configuration() async throws(Problem) -> [UInt8] {
        let result = try await run(["config"] + (program.isFirst ? [] : ["--format", "json"]), .seconds(60), log: nil)
        let name = "\(program.name) config"
        switch result.ending {
        case .exited(0): break
        case .cancelled: throw Problem(.interrupted, "\(name) was stopped together with the agent")
        case .timedOut: throw Problem(.limit, "\(name) \(result.ending.sentence(timeout: .seconds(60)))")
        default:
            throw Problem(
                .invalid, "\(program.name) does not take \(files.joined(separator: ", ")): \(lastWords(result))")
        }
        guard result.outputDropped == 0 else {
            throw Problem(.limit, "\(files.joined(separator: ", ")): what compose makes of it is longer than 4 MiB")
        }
        return result.output
    }

    struct Up {
        var services: [String]
        /// How many containers of a service there are to be, where the files do not say it.
        var scale: [String: Int] = [:]
        /// Whether they are only made.
        var areStopped = false
        /// Leaves alone what the services depend on.
        var isAlone = false
        var isForced = false
    }

    func up(_ up: Up, log: @escaping @Sendable (String) -> Void) async throws(Problem) {
        var words = ["up"]
        words += up.areStopped ? ["--no-start"] : ["-d"]
        // What is missing of other services is pulled; nothing that is there is looked for anew.
        words += program.isFirst ? ["--no-build"] : ["--no-build", "--pull", "missing", "--quiet-pull"]
        if up.isAlone { words.append("--no-deps") }
        if up.isForced { words.append("--force-recreate") }
        for (service, count) in up.scale.sorted(by: { $0.key < $1.key }) {
            words += ["--scale", "\(service)=\(count)"]
        }
        let result = try await run(words + up.services, timeout, log: log)
        switch result.ending {
        case .exited(0): return
        case .cancelled: throw Problem(.interrupted, "\(program.name) up was stopped together with the agent")
        case .timedOut: throw Problem(.timeout, "\(program.name) up \(result.ending.sentence(timeout: timeout))")
        default:
            let said = lastWords(result)
            throw Problem(
                ComposeCall.code(said),
                "\(program.name) up \(result.ending.sentence(timeout: timeout)): \(said)")
        }
    }

    // MARK: - Running

    private func run(
        _ words: [String], _ timeout: Duration, log: (@Sendable (String) -> Void)?
    ) async throws(Problem) -> ProcessResult {
        var all = program.words + ["-p", project, "--project-directory", directory]
        for file in files { all += ["-f", file] }
        for file in environmentFiles { all += ["--env-file", file] }
        for profile in profiles { all += ["--profile", profile] }
        var spec = ProcessSpec(all + words)
        spec.environment = environment
        spec.directory = directory
        spec.timeout = timeout
        // It stops containers politely, and has to be stopped politely.
        spec.grace = .seconds(10)
        spec.outputLimit = log == nil ? 4 << 20 : 64 << 10
        guard let log else { return try await Process.run(spec) }
        let lines = OutputLog(limit: 256 << 10) { log(ComposeCall.plain($0)) }
        let result = try await Process.run(spec, live: lines.take)
        lines.end()
        return result
    }

    /// What it said last, which is why it gave up.
    private func lastWords(_ result: ProcessResult) -> String {
        let lines = (result.errorsText + "\n" + result.outputText).split(whereSeparator: \.isNewline)
            .map { ComposeCall.plain(String($0)).trimmed }.filter { !$0.isEmpty }
        let errors = result.errorsText.split(whereSeparator: \.isNewline)
            .map { ComposeCall.plain(String($0)).trimmed }
            .filter { !$0.isEmpty && !$0.contains("level=warning") }
        // What the engine said comes first: the last line may only say that there was something.
        let said =
            errors.last { $0.contains("Error response from daemon") || $0.hasPrefix("ERROR: for") }
            ?? errors.last { $0.lowercased().contains("error") || $0.contains("invalid") } ?? errors.last
        return harmless(String((said ?? lines.last ?? "it said nothing").prefix(500)))
    }

    /// Without what moves a terminal's cursor.
    private static func plain(_ line: String) -> String {
        var result = ""
        var isEscape = false
        for scalar in line.unicodeScalars {
            if isEscape {
                isEscape = !("a"..."z").contains(scalar) && !("A"..."Z").contains(scalar)
            } else if scalar == "\u{1B}" {
                isEscape = true
            } else if scalar.value >= 32 {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Without what it quotes of files, which may be a secret: what stands behind "near", and the values of variables.
    private func harmless(_ words: String) -> String {
        var words = words
        for mark in [" near \"", " near '"] {
            if let place = words.firstRange(of: mark) { words = words[..<place.lowerBound] + " near …" }
        }
        for value in secrets where value.utf8.count >= 4 { words = words.replacing(value, with: "…") }
        return words
    }

    /// What a failure is. The release is only to blame for its own containers.
    private static func code(_ words: String) -> Problem.Code {
        let isAway = [
            "Cannot connect to the Docker daemon", "error during connect", "EOF", "connection reset",
            "connection refused",
        ]
        if isAway.contains(where: { words.contains($0) }) { return .unreachable }
        let others = [
            "dependency failed", "dependency", "pull access denied", "manifest unknown",
            "Error response from daemon: Conflict",
            "failed to resolve reference", "no such host",
        ]
        return EngineRefusal.isTheMachines(words) || others.contains { words.contains($0) } ? .conflict : .failed
    }
}

extension String {
    fileprivate var trimmed: String {
        let begin = drop { $0 == " " || $0 == "\t" }
        return String(begin.prefix(begin.count - begin.reversed().prefix { $0 == " " || $0 == "\t" }.count))
    }
}
