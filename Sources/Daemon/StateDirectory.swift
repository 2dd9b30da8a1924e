import Glibc
package import Model

/// The directory that holds the journal and the kept logs: nobody else's business.
package enum StateDirectory {
    package static func make(_ path: String) throws(Problem) {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw SystemProblem.last("\(path) could not be made") }
        try check(path)
    }

    /// Whether what is there will do.
    package static func check(_ path: String) throws(Problem) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemProblem.last("\(path) could not be looked at") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw Problem(.invalid, "\(path) is not a directory") }
        let user = geteuid()
        guard status.st_uid == 0 || status.st_uid == user else {
            throw Problem(
                .forbidden,
                "\(path) belongs to user \(status.st_uid), expected root\(user == 0 ? "" : " or user \(user)")")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw Problem(.forbidden, "\(path) can be written by others: chmod go-w it, expected 0700")
        }
    }

    /// Whether there is one that this process can use, or it could make one; nothing is made. False when there is none
    /// yet.
    package static func isReady(_ path: String) throws(Problem) -> Bool {
        do throws(Problem) {
            try check(path)
        } catch {
            guard error.code == .notFound else { throw error }
            let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            try checkAccess(above.isEmpty ? "/" : above)
            return false
        }
        try checkAccess(path)
        return true
    }

    private static func checkAccess(_ path: String) throws(Problem) {
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw SystemProblem.last("\(path) cannot be written") }
    }
}

/// What the system said when a call failed.
package enum SystemProblem {
    package static func last(_ what: String) -> Problem {
        let number = errno
        let code: Problem.Code =
            switch number {
            case ENOENT: .notFound
            case EACCES, EPERM, EROFS: .forbidden
            case ENOSPC, EDQUOT, EMFILE, ENFILE: .limit
            default: .failed
            }
        let text = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return Problem(code, "\(what): \(text.prefix(1).lowercased())\(text.dropFirst())")
    }
}
