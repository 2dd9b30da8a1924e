import Glibc
package import Model

/// Reads regular files of a bounded size.
package enum FileContent {
    /// Asks the file system: not for Swift's cooperative pool.
    package static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        let content = try beginning(of: path, count: limit + 1)
        guard content.count <= limit else {
            throw Problem(.limit, "\(path): longer than \(ByteSize.text(limit)), which is the most that is read")
        }
        return content
    }

    package static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The first bytes of a file, or all of them if there are fewer.
    package static func beginning(of path: String, count: Int) throws(Problem) -> [UInt8] {
        // Without O_NONBLOCK a pipe of that name would keep us here.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Problem(file: path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Problem(file: path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Problem(.invalid, "\(path): not a regular file") }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(max(Int(status.st_size) + 1, 512), 1 << 20))
        while content.count < count {
            let wanted = min(buffer.count, count - content.count)
            let read = Glibc.read(descriptor, &buffer, wanted)
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw Problem(file: path, errno) }
            if read == 0 { break }
            content += buffer[..<read]
        }
        return content
    }
}
