import Glibc
import Model

/// Reading small files whole.
enum FileContents {
    /// nil if there is none. Anything but a regular file is refused: reading a pipe would wait for ever.
    static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure()
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Problem(.invalid, "not a regular file") }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            if count == 0 { return contents }
            contents += buffer[..<count]
            guard contents.count <= limit else { throw Problem(.limit, "larger than \(ByteSize.text(limit))") }
        }
    }

    /// Sorted; nil if there is no such directory.
    static func names(in directory: String) throws(Problem) -> [String]? {
        guard let stream = opendir(directory) else {
            if errno == ENOENT { return nil }
            throw failure()
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func failure() -> Problem {
        let message = String(cString: strerror(errno))
        return Problem(.failed, message.prefix(1).lowercased() + message.dropFirst())
    }
}
