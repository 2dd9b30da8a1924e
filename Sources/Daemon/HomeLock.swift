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
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
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
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return true }
        flock(file, LOCK_UN)
        return false
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
