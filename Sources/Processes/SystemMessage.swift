import Glibc

/// The system's words for an error, as they are written within a sentence.
func systemMessage(_ error: Int32) -> String {
    let message = String(cString: strerror(error))
    return message.prefix(1).lowercased() + message.dropFirst()
}
