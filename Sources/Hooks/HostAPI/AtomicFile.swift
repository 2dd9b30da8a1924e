import Crypto
import Files
import Glibc
import Model

/// Writes a file so that whoever reads it finds all of the old content or all of the new, even after a power cut.
enum AtomicFile {
    /// What was there keeps its mode and, where that is allowed, its owner; a link is followed. Blocks.
    static func write(_ content: [UInt8], to path: String) throws(Problem) {
        let target = FileWriting.resolved(path)
        let temporary = "\(target).\(try Random.token(length: 8))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Problem(file: path, errno) }
        do throws(Problem) {
            defer { close(descriptor) }
            try fill(descriptor, content, like: target, path)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, target) == 0 else {
            let problem = Problem(file: path, errno)
            unlink(temporary)
            throw problem
        }
        FileWriting.syncDirectory(of: target)
    }

    private static func fill(
        _ descriptor: Int32, _ content: [UInt8], like target: String, _ path: String
    ) throws(Problem) {
        var status = stat()
        if stat(target, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { throw Problem(.invalid, "\(path): not a regular file") }
            // First, because it takes set-user-id bits away.
            _ = fchown(descriptor, status.st_uid, status.st_gid)
            fchmod(descriptor, status.st_mode & 0o7777)
        } else {
            fchmod(descriptor, 0o644)
        }
        try FileWriting.fill(descriptor, content, path)
    }
}
