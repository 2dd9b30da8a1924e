import Glibc
import Model
import Synchronization

extension ListeningSocket {
    /// Made under another name and renamed when it is ready: nobody meets a socket with the wrong mode, and a file
    /// that a killed agent left is replaced without a moment in which there is none.
    static func unix(path: String, mode: mode_t, group: gid_t?) throws(Problem) -> (Int32, SocketFile) {
        // The name that it is made under may be shorter.
        _ = try with(path, path) { _, _ in 0 }
        try refuseLive(path)
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let temporary = "\(directory).g\(getpid()).\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        let descriptor = try open(AF_UNIX)
        var isDone = false
        defer {
            if !isDone {
                unlink(temporary)
                close(descriptor)
            }
        }
        unlink(temporary)
        guard try with(temporary, path, { bind(descriptor, $0, $1) }) == 0 else { throw problem(path) }
        if let group, chown(temporary, uid_t.max, group) != 0 { throw problem(path) }
        guard chmod(temporary, mode) == 0, let file = SocketFile(temporary, final: path),
            listen(descriptor, SOMAXCONN) == 0, rename(temporary, path) == 0
        else { throw problem(path) }
        isDone = true
        return (descriptor, file)
    }

    private static let counter = Atomic(0)

    private static func problem(_ path: String) -> Problem {
        let code: Problem.Code = [EACCES, EPERM, EROFS].contains(errno) ? .forbidden : .failed
        return Problem(code, "\(path): \(lastError())")
    }

    /// A file at the path must be a socket, and nobody may answer on it.
    private static func refuseLive(_ path: String) throws(Problem) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Problem(.conflict, "\(path): there is a file that is not a socket")
        }
        let descriptor = try open(AF_UNIX)
        defer { close(descriptor) }
        // EAGAIN: somebody listens and has a full queue.
        guard try with(path, path, { connect(descriptor, $0, $1) }) != 0, errno != EAGAIN else {
            throw Problem(.conflict, "\(path): another agent is listening there")
        }
        guard errno == ECONNREFUSED || errno == ENOENT else { throw problem(path) }
    }

    private static func with(
        _ path: String, _ shown: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(Problem) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard path.utf8.count <= room, !path.isEmpty else {
            throw Problem(.invalid, "\(shown): the path of a socket may have at most \(room) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// A socket's file, which is removed only while it is still the one that was made.
struct SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    init?(_ path: String, final: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = final
        (device, inode) = (status.st_dev, status.st_ino)
    }

    func remove() {
        var status = stat()
        if lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode { unlink(path) }
    }
}
