package import Glibc

/// Until the condition holds; false when it does not within the time, which is generous: other tests and programs
/// share the machine.
@discardableResult
package func wait(_ most: Duration = .seconds(60), until condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + most
    while await !condition() {
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return true
}

/// Whether the process is there and not a zombie.
package func isRunning(_ pid: pid_t) -> Bool {
    guard let state = processState(of: pid) else { return false }
    return state != "Z" && state != "X"
}

/// The letter that the kernel uses, nil when there is no such process.
package func processState(of pid: pid_t) -> Character? {
    guard let file = fopen("/proc/\(pid)/stat", "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    return text.split(separator: ")").last?.first { $0 != " " }
}
