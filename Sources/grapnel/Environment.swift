import Glibc

enum Environment {
    /// Read once, at start, and passed on as a value.
    static func ofThisProcess() -> [String: String] {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let separator = text.firstIndex(of: "=") {
                values[String(text[..<separator])] = String(text[text.index(after: separator)...])
            }
            next += 1
        }
        return values
    }
}
