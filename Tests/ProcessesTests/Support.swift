import Glibc
import Model
import Processes

let testPath = "/usr/local/bin:/usr/bin:/bin"

func shell(_ script: String, _ change: (inout ProcessSpec) -> Void = { _ in }) -> ProcessSpec {
    var spec = ProcessSpec(["sh", "-c", script])
    spec.environment = ["PATH": testPath]
    change(&spec)
    return spec
}

func problem(_ body: () async throws(Problem) -> ProcessResult) async -> Problem? {
    do throws(Problem) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

extension ProcessResult {
    /// The lines of the output, as numbers.
    var pids: [pid_t] { outputText.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) } }
}
