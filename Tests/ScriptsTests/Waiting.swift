import Glibc

/// Generous: other tests and programs share the machine.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

/// Whether the process is there and not a zombie.
func isRunning(_ pid: pid_t) -> Bool {
    guard let file = fopen("/proc/\(pid)/stat", "re") else { return false }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = fread(&bytes, 1, bytes.count, file)
    let state = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: ")").last?.first { $0 != " " }
    return state != "Z" && state != "X"
}
