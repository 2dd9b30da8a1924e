import Glibc
import Model
import SQLite

/// The few calls on files that the journal needs. All by name: a descriptor of a database file must not be
/// opened and closed beside SQLite, see `Database`.
enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Nil when there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Makes a directory that only its owner can enter; one that is there already stays as it is.
    static func makeDirectory(_ path: String) throws(Problem) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Problem(errno: errno, "\(path): could not be created") }
    }

    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
                    names.append(String(cString: $0))
                }
            }
        }
        return names
    }

    static func rename(_ old: String, to new: String) throws(Problem) {
        guard Glibc.rename(old, new) == 0 else {
            throw Problem(errno: errno, "\(old): could not be renamed to \(new)")
        }
    }

    static func remove(_ path: String) { unlink(path) }

    /// Others may not read it, whatever it was copied from.
    static func makePrivate(_ path: String) { chmod(path, 0o600) }

    static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Renames reach the disk with their directory.
    static func synchronizeDirectory(of path: String) throws(Problem) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(errno: errno, "\(directory): could not be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw Problem(errno: errno, "\(directory): could not be written to disk")
        }
    }

    /// The files that SQLite keeps beside a database.
    static let companions = ["-wal", "-shm", "-journal"]

    static func removeDatabase(_ path: String) {
        for suffix in companions + [""] { remove(path + suffix) }
    }
}
