import Glibc
package import Model
import Synchronization

/// One file per deploy with what its scripts and hooks printed and what the agent did. Bounded in size
/// and in number; kept over restarts.
package final class DeployLogs: Sendable {
    package static let sizeLimit = 4 << 20
    package static let countLimit = 500

    private struct File {
        let descriptor: Int32
        var size: Int
    }

    private let directory: String
    private let clock: @Sendable () -> Timestamp
    private let files = Mutex<[DeployID: File]>([:])

    package init(_ directory: String, clock: @escaping @Sendable () -> Timestamp) throws(Problem) {
        self.directory = directory
        self.clock = clock
        try StateDirectory.make(directory)
        removeOldest()
    }

    package func append(_ line: String, to deploy: DeployID) {
        let text = Array("\(clock()) \(line)\n".utf8)
        files.withLock { files in
            var file = files[deploy] ?? open(deploy)
            guard let present = file, present.size < DeployLogs.sizeLimit else { return }
            var bytes = text
            if present.size + text.count >= DeployLogs.sizeLimit {
                bytes += Array("what comes after \(DeployLogs.sizeLimit >> 20) MiB is not kept\n".utf8)
            }
            // A log that cannot be written must not hold up a deploy; the journal is what counts.
            let written = bytes.withUnsafeBytes { write(present.descriptor, $0.baseAddress, $0.count) }
            file?.size += bytes.count
            if written < 0 { file?.size = DeployLogs.sizeLimit }
            files[deploy] = file
        }
    }

    package func finish(_ deploy: DeployID) {
        files.withLock { files in
            if let file = files.removeValue(forKey: deploy) { close(file.descriptor) }
        }
    }

    /// What is kept; empty if nothing was printed or it was removed meanwhile.
    package func read(_ deploy: DeployID) throws(Problem) -> [UInt8] {
        guard let path = path(deploy) else { throw Problem(.invalid, "\"\(deploy)\" is not the id of a deploy") }
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return [] }
            throw SystemProblem.last("\(path) could not be opened")
        }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while content.count <= DeployLogs.sizeLimit * 2 {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            content += buffer.prefix(count)
        }
        return content
    }

    private func open(_ deploy: DeployID) -> File? {
        guard let path = path(deploy) else { return nil }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        return File(descriptor: descriptor, size: Int(lseek(descriptor, 0, SEEK_END)))
    }

    /// An id comes from outside, too: only what can be one becomes part of a path.
    private func path(_ deploy: DeployID) -> String? {
        let isPlain = deploy.text.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        return isPlain && !deploy.text.isEmpty ? "\(directory)/\(deploy.text).log" : nil
    }

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
