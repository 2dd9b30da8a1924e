import Glibc
package import Model
import Synchronization

/// One file per deploy with what its scripts and hooks printed and what the agent did. Bounded in size
/// and in number; kept over restarts.
package final class DeployLogs: Sendable {
    package static let sizeLimit = 4 << 20
    package static let countLimit = 500

    private let directory: String
    private let clock: @Sendable () -> Timestamp
    /// A file grows by one line at a time.
    private let turn = Mutex(())

    package init(_ directory: String, clock: @escaping @Sendable () -> Timestamp) throws(Problem) {
        self.directory = directory
        self.clock = clock
        try StateDirectory.make(directory)
        removeOldest()
    }

    /// A log that cannot be written must not hold up a deploy; the journal is what counts.
    package func append(_ line: String, to deploy: DeployID) {
        guard let path = path(deploy) else { return }
        let line = Array("\(clock()) \(line.oneLine)".utf8)
        turn.withLock { _ in
            // Anew for each line: hooks print when a deploy has ended, too, so that nothing would tell when to close.
            let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard file >= 0 else { return }
            defer { close(file) }
            let size = Int(lseek(file, 0, SEEK_END))
            if size == 0 { removeOldest() }
            let bytes = DeployLogs.kept(of: line, room: DeployLogs.sizeLimit - size)
            _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        }
    }

    private static func kept(of line: [UInt8], room: Int) -> [UInt8] {
        guard room > 0 else { return [] }
        guard line.count >= room else { return line + [UInt8(ascii: "\n")] }
        var end = room
        // Not in the middle of a character.
        while end > 0, end < line.count, line[end] & 0xC0 == 0x80 { end -= 1 }
        return line[..<end] + Array("\nwhat comes after \(sizeLimit >> 20) MiB is not kept\n".utf8)
    }

    /// What is kept; empty if nothing was printed or it was removed meanwhile.
    package func read(_ deploy: DeployID) throws(Problem) -> [UInt8] {
        try DeployLogs.read(deploy, in: directory)
    }

    private func path(_ deploy: DeployID) -> String? { DeployLogs.path(deploy, in: directory) }

    /// Names sort by age.
    private func removeOldest() {
        guard let listing = opendir(directory) else { return }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".log") { names.append(name) }
        }
        for name in names.sorted().dropLast(DeployLogs.countLimit) { unlink("\(directory)/\(name)") }
    }
}
