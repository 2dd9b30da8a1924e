import Glibc
package import Model

extension Problem {
    /// A system call did not work; the code follows from why.
    package init(errno code: Int32, _ message: String) {
        let kind: Code =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM, EROFS: .forbidden
            case EEXIST: .conflict
            case ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE: .limit
            default: .failed
            }
        self.init(kind, "\(message): \(String(cString: strerror(code)))")
    }
}
