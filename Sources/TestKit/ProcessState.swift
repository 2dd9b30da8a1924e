package import Glibc

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

/// How many descriptors this process has open, and the one that it looks with.
package func openDescriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}
