import Glibc
package import Model

/// One agent on one home: a lock on a file in the state directory, which the kernel gives up with the
/// process however it ends.
package final class HomeLock: Sendable {
    private let descriptor: Int32

    /// Makes the state directory if it is not there.
    package init(_ home: Home) throws(Problem) {
        try StateDirectory.make(home.state)
        let file = open(home.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemProblem.last("\(home.lock) could not be opened") }
        guard WholeFileLock.take(file) else {
            let holder = HomeLock.holder(file)
            close(file)
            throw Problem(
                .conflict,
                "another agent runs on \(home.directory)\(holder.map { " as process \($0)" } ?? ""): stop it first, "
                    + "or use another --home")
        }
        let name = Array("\(getpid())\n".utf8)
        ftruncate(file, 0)
        _ = name.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
        descriptor = file
    }

    /// Whether an agent runs there now.
    package static func isHeld(_ home: Home) -> Bool {
        let file = open(home.lock, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return WholeFileLock.isTaken(file)
    }

    private static func holder(_ file: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        let digits = buffer.prefix(count).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }

    deinit { close(descriptor) }
}

/// A lock that belongs to the open file, as `flock` has it, but that can also be asked for without taking it: an agent
/// that starts just then would be refused.
private enum WholeFileLock {
    // Linux has them for every architecture; Glibc shows them to C with _GNU_SOURCE only.
    private static let ask: Int32 = 36  // F_OFD_GETLK
    private static let set: Int32 = 37  // F_OFD_SETLK

    static func take(_ file: Int32) -> Bool {
        var lock = writing()
        return fcntl(file, set, &lock) == 0
    }

    /// By another open file.
    static func isTaken(_ file: Int32) -> Bool {
        var lock = writing()
        return fcntl(file, ask, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    private static func writing() -> flock {
        // From the first byte, of any length.
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}
