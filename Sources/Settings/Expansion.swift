import Files
import Model

/// Fills in `${NAME}`, `${NAME:-default}` and `${file:PATH}`. `$$` is one `$`, and a `$` before anything else is
/// itself, so that regular expressions and shell lines stay as they are.
struct Expansion {
    /// Says what could not be filled in; never what other variables hold.
    struct Failure: Error {
        let message: String
    }

    let environment: [String: String]
    /// Where relative paths start.
    let directory: String

    private static let deepest = 8
    private static let largestFile = 64 << 10

    /// `used` is told of each file that was read.
    func expand(
        _ text: String, depth: Int = 0, used: (_ path: String) -> Void = { _ in }
    ) throws(Failure) -> String {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if rest.first == UInt8(ascii: "$") {
                result.append(UInt8(ascii: "$"))
                rest = rest.dropFirst()
            } else if rest.first == UInt8(ascii: "{") {
                guard let end = Expansion.closingBrace(rest) else {
                    throw Failure(message: "\"${\" has no closing brace, expected \"$${\" where no variable is meant")
                }
                let inside = String(decoding: rest[rest.startIndex + 1..<end], as: UTF8.self)
                result += try value(of: inside, depth: depth, used).utf8
                rest = rest[(end + 1)...]
            } else {
                result.append(UInt8(ascii: "$"))
            }
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    /// A default can hold variables again, so braces are counted.
    private static func closingBrace(_ bytes: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private func value(
        of inside: String, depth: Int, _ used: (_ path: String) -> Void
    ) throws(Failure) -> String {
        guard depth < Expansion.deepest else {
            throw Failure(message: "the defaults are nested deeper than \(Expansion.deepest)")
        }
        if inside.hasPrefix("file:") { return try file(String(inside.dropFirst("file:".count)), used) }
        var name = inside
        var fallback: String?
        if let colon = inside.firstIndex(of: ":"), inside[colon...].hasPrefix(":-") {
            name = String(inside[..<colon])
            fallback = String(inside[colon...].dropFirst(2))
        }
        guard Expansion.isName(name) else {
            throw Failure(
                message: "\"${\(inside)}\" is not a variable, expected \"${NAME}\", \"${NAME:-default}\""
                    + " or \"${file:PATH}\"")
        }
        let value = environment[name]
        guard let fallback else {
            guard let value else {
                throw Failure(
                    message: "the variable \"\(name)\" is not set, expected it in the environment or the file env")
            }
            return value
        }
        if let value, !value.isEmpty { return value }
        return try expand(fallback, depth: depth + 1, used: used)
    }

    private func file(_ path: String, _ used: (_ path: String) -> Void) throws(Failure) -> String {
        let whole = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        used(whole)
        var bytes: [UInt8]
        do {
            bytes = try FileContent.read(whole, limit: Expansion.largestFile)
        } catch {
            throw Failure(message: "the file cannot be read: \(error)")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(message: "the file \(whole) is not UTF-8")
        }
        return text
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first else { return false }
        func isLetter(_ byte: UInt8) -> Bool {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || byte == UInt8(ascii: "_")
        }
        return isLetter(first)
            && text.utf8.allSatisfy { isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
}
