import Model
import Processes

/// `docker compose` or, where there is no such thing, `docker-compose`.
struct ComposeProgram: Hashable, Sendable {
    let words: [String]
    let version: String
    /// The old one, in Python, which knows less.
    let isFirst: Bool

    /// `environment` is what the program will run with.
    static func find(_ environment: [String: String]) async throws(Problem) -> ComposeProgram {
        for words in [["docker", "compose"], ["docker-compose"]] {
            var spec = ProcessSpec(words + ["version", "--short"])
            spec.environment = environment
            spec.timeout = .seconds(20)
            spec.outputLimit = 1024
            let result: ProcessResult
            do throws(Problem) {
                result = try await Process.run(spec)
            } catch {
                if error.code == .interrupted { throw error }
                continue
            }
            if result.ending == .cancelled { throw Problem(.interrupted, "the agent is being stopped") }
            let version = result.outputText.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
            let number = version.hasPrefix("v") ? version.dropFirst() : version[...]
            guard result.succeeded, number.first?.isNumber == true else { continue }
            return ComposeProgram(words: words, version: String(number), isFirst: number.hasPrefix("1."))
        }
        throw Problem(
            .unsupported,
            "there is neither \"docker compose\" nor \"docker-compose\" on the agent's PATH, expected one of them: install "
                + "docker-compose-plugin")
    }

    var name: String { words.joined(separator: " ") }
}
