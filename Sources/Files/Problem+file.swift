import Glibc
package import Model

/// The system's words for an error, as they are written within a sentence.
func systemMessage(_ error: Int32) -> String {
    let message = String(cString: strerror(error))
    return message.prefix(1).lowercased() + message.dropFirst()
}

extension Problem {
    /// What the system said about a file.
    package init(file path: String, _ error: Int32) {
        let code: Problem.Code =
            switch error {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM, ELOOP: .forbidden
            case EMFILE, ENFILE, ENOMEM: .limit
            default: .failed
            }
        self.init(code, "\(path): \(systemMessage(error))")
    }
}
