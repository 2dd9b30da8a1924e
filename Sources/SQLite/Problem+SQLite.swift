import CSQLite
import Glibc
import Model

extension Problem {
    /// What SQLite says about the call that just failed. `attempt` says what was tried; bound values never
    /// come into a message, they may be secrets.
    init(sqlite code: Int32, on handle: OpaquePointer?, path: String, attempt: String) {
        // `sqlite3_system_errno` is not set where a commit fails. Nothing has touched `errno` since.
        let systemErrors = [errno, handle.map { sqlite3_system_errno($0) } ?? 0]
        let reason = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        self.init(
            Problem.code(of: code, systemErrors: systemErrors),
            "\(path): \(attempt) did not work: \(reason.map { String(cString: $0) } ?? "no reason given") (code \(code))"
        )
    }

    private static func code(of code: Int32, systemErrors: [Int32]) -> Code {
        switch code & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_FULL: .limit
        case SQLITE_BUSY, SQLITE_LOCKED: .conflict
        // SQLite says "full" for ENOSPC on a plain write only, not for a quota, a file size limit, a sync or
        // the shared memory file.
        case SQLITE_IOERR where systemErrors.contains(where: [ENOSPC, EDQUOT, EFBIG].contains): .limit
        default: .failed
        }
    }
}
