import CShims
import Glibc
package import Model

/// Gives a file of somebody else's another content, and takes it back: all at once, and never over what somebody has
/// written meanwhile.
///
/// The new file is made beside the old one, with its owner, mode and attributes, and the two change names at one moment.
/// What then bears the other name is looked at: if it is not what was to be replaced, the names are changed back. Cut off
/// at any point, `tidy` makes good what is left.
package struct FileReplacement: Hashable, Sendable {
    /// Where links have been followed to.
    package let path: String
    /// Nil where there is no file, or is to be none.
    package let old: [UInt8]?
    package let new: [UInt8]?
    /// What the other file is called meanwhile.
    private let passing: String

    private static let largest = 4 << 20

    /// `mark` tells those who replace apart.
    package init(_ path: String, _ old: [UInt8]?, with new: [UInt8]?, mark: String) {
        self.path = path
        self.old = old
        self.new = new
        passing = FileReplacement.passing(path, mark)
    }

    private static func passing(_ path: String, _ mark: String) -> String {
        let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        return "\(path[..<name]).\(path[name...]).grapnel-\(mark)"
    }

    /// What `draft` has left, where nothing was ever replaced.
    package static func discardDraft(of path: String, mark: String) { unlink(passing(path, mark)) }

    /// The way back.
    package func reversed(mark: String) -> FileReplacement { FileReplacement(path, new, with: old, mark: mark) }

    package enum State: Hashable, Sendable {
        case old, new, other
    }

    /// What is there now. Blocks, like all of this.
    package func state() throws(Problem) -> State {
        let content = try content(of: path)
        return content == new ? .new : content == old ? .old : .other
    }

    /// `.conflict` where there is something else than was expected; then nothing has changed.
    package func replace() throws(Problem) {
        try tidy()
        guard try state() != .new else { return }
        guard try state() == .old else { throw changed }
        guard let new else { return try remove() }
        guard old != nil else { return try create(new) }
        try write(new)
        if try exchange() {
            guard try content(of: passing) == old else {
                // Somebody was there between the look and the exchange.
                _ = try exchange()
                // Unless somebody was there a second time.
                if try content(of: passing) == new { unlink(passing) }
                throw changed
            }
        }
        FileWriting.syncDirectory(of: path)
        unlink(passing)
        FileWriting.syncDirectory(of: path)
    }

    /// The new content where compose can read it, before anything has changed. `tidy` or `replace` takes it away.
    package func draft() throws(Problem) -> String {
        try tidy()
        try write(new ?? [])
        return passing
    }

    /// After a kill: nothing is left over, and what somebody wrote in the moment of the exchange is in its place.
    package func tidy() throws(Problem) {
        guard let left = try content(of: passing) else { return }
        if left != old, try state() == .new, !isBeginning(left) {
            if new == nil {
                guard rename(passing, path) == 0 else { throw Problem(file: path, errno) }
            } else {
                _ = try exchange()
            }
        }
        unlink(passing)
        FileWriting.syncDirectory(of: path)
    }

    /// A part of the new content, as a kill in the middle of its writing leaves it.
    private func isBeginning(_ left: [UInt8]) -> Bool { new.map { $0.starts(with: left) } ?? false }

    private var changed: Problem {
        Problem(.conflict, "\(path): somebody has changed it meanwhile; it was left as it is")
    }

    // MARK: - Steps

    private func content(of path: String) throws(Problem) -> [UInt8]? {
        do throws(Problem) {
            return try FileContent.read(path, limit: FileReplacement.largest)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func write(_ new: [UInt8]) throws(Problem) {
        let descriptor = open(passing, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Problem(file: passing, errno) }
        defer { close(descriptor) }
        do throws(Problem) {
            try makeAlike(descriptor)
            try FileWriting.fill(descriptor, new, passing)
        } catch {
            unlink(passing)
            throw error
        }
    }

    /// As the old file is; a new one as its directory is.
    private func makeAlike(_ descriptor: Int32) throws(Problem) {
        let model = open(old == nil ? directory : path, O_RDONLY | O_CLOEXEC)
        guard model >= 0 else { throw Problem(file: path, errno) }
        defer { close(model) }
        var status = stat()
        guard fstat(model, &status) == 0 else { throw Problem(file: path, errno) }
        let mode = old == nil ? status.st_mode & 0o666 : status.st_mode & 0o7777
        guard old == nil || status.st_nlink == 1 else {
            throw Problem(
                .unsupported, "\(path): the file has several names (hard links), which replacing it would take apart")
        }
        // First, because it takes set-user-id bits away.
        guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
            throw Problem(file: "\(path): the new content cannot be given to its owner", errno)
        }
        guard fchmod(descriptor, mode) == 0 else { throw Problem(file: path, errno) }
        guard old != nil else { return }
        let failure = grapnel_copy_attributes(model, descriptor)
        guard failure == 0 else { throw Problem(file: "\(path): its attributes cannot be kept", failure) }
    }

    private var directory: String {
        String(path[..<(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)])
    }

    /// False where what was there is gone.
    private func exchange() throws(Problem) -> Bool {
        let failure = grapnel_exchange_files(passing, path)
        guard failure != 0 else { return true }
        // A file that is mounted by itself, for example into a container.
        if failure == EBUSY {
            throw Problem(
                .unsupported, "\(path): it is mounted by itself and cannot be replaced; mount its directory instead")
        }
        guard failure == EINVAL || failure == ENOSYS || failure == ENOTSUP else { throw Problem(file: path, failure) }
        // A file system that cannot do it, as that of some network disks: then the last look is the best there is.
        guard try state() == .old else {
            unlink(passing)
            throw changed
        }
        guard rename(passing, path) == 0 else { throw Problem(file: path, errno) }
        return false
    }

    /// A name that nobody may have taken.
    private func create(_ new: [UInt8]) throws(Problem) {
        try write(new)
        defer { unlink(passing) }
        guard link(passing, path) == 0 else {
            if errno == EEXIST { throw changed }
            throw Problem(file: path, errno)
        }
        FileWriting.syncDirectory(of: path)
    }

    private func remove() throws(Problem) {
        guard rename(path, passing) == 0 else { throw Problem(file: path, errno) }
        guard try content(of: passing) == old else {
            guard rename(passing, path) == 0 else { throw Problem(file: path, errno) }
            throw changed
        }
        unlink(passing)
        FileWriting.syncDirectory(of: path)
    }
}
