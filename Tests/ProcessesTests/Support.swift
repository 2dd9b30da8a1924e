import Glibc
import Model
import Processes
import Synchronization

let testPath = "/usr/local/bin:/usr/bin:/bin"

func shell(_ script: String, _ change: (inout ProcessSpec) -> Void = { _ in }) -> ProcessSpec {
    var spec = ProcessSpec(["sh", "-c", script])
    spec.environment = ["PATH": testPath]
    change(&spec)
    return spec
}

/// Whether the process is there and not a zombie.
func isRunning(_ pid: pid_t) -> Bool {
    guard let state = state(of: pid) else { return false }
    return state != "Z" && state != "X"
}

/// The letter that the kernel uses, nil when there is no such process.
func state(of pid: pid_t) -> Character? {
    guard let file = fopen("/proc/\(pid)/stat", "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    return text.split(separator: ")").last?.first { $0 != " " }
}

/// Generous: other tests and programs share the machine.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
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

/// What callbacks brought, in order.
final class Recorded<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func append(_ value: Value) {
        values.withLock { $0.append(value) }
    }
}

/// A directory that goes away with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/grapnel-processes-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
        chmod(path, 0o755)
    }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o755) -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, mode)
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        chmod(file, mode)
        return file
    }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(directory)
        rmdir(path)
    }
}
