import CSQLite
import Glibc
package import Model

extension Database {
    /// Copies the whole database, as of now, into a new file that only its owner can read and that is on the
    /// disk when this returns. Writers on other connections go on meanwhile.
    package func backup(to target: String) throws(Problem) {
        let source = try opened()
        guard access(target, F_OK) != 0 else { throw Problem(.conflict, "\(target): exists already") }
        do {
            let copy = try Database(path: target, mode: .create)
            defer { copy.close() }
            try copy.overwrite(from: source, named: path)
            // The copy says "write-ahead log" in its header as the original does. A backup is one file.
            try copy.execute("PRAGMA journal_mode = DELETE")
        } catch {
            unlink(target)
            throw error
        }
        try Database.synchronize(target)
    }

    private func overwrite(from source: OpaquePointer, named name: String) throws(Problem) {
        guard let backup = sqlite3_backup_init(handle, "main", source, "main") else {
            throw Problem(
                sqlite: sqlite3_extended_errcode(handle), on: handle, path: path, attempt: "copying from \(name)")
        }
        // In one step: in pieces it would start over whenever somebody writes.
        errno = 0
        let stepped = sqlite3_backup_step(backup, -1)
        let finished = sqlite3_backup_finish(backup)
        guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
            let code = stepped == SQLITE_DONE ? finished : stepped
            throw Problem(sqlite: code, on: handle, path: path, attempt: "copying from \(name)")
        }
    }

    /// The file's bytes and its name in the directory reach the disk. Only for files without a connection.
    package static func synchronize(_ path: String) throws(Problem) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        for name in [path, directory] {
            let descriptor = open(name, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Problem(errno: errno, "\(name): could not be opened") }
            defer { Glibc.close(descriptor) }
            guard fsync(descriptor) == 0 else { throw Problem(errno: errno, "\(name): could not be written to disk") }
        }
    }
}
