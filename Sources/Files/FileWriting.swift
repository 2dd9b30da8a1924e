import Glibc
package import Model

/// What it takes to have a file's content on the disk and not only in memory.
package enum FileWriting {
    /// All of it, and down to the disk. `path` is for what is said when it fails.
    package static func fill(_ descriptor: Int32, _ content: [UInt8], _ path: String) throws(Problem) {
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Problem(file: path, errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw Problem(file: path, errno) }
    }

    /// A new name is on the disk only with its directory.
    package static func syncDirectory(of path: String) {
        let directory = String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Where links lead to; the path itself where there is nothing yet.
    package static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
