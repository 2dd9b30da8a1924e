import Model

/// The file `env`: one `NAME=value` a line. Values may stand in quotes: single ones take everything as it is, in
/// double ones `\n`, `\t`, `\"`, `\\` and `\$` are escapes. Without quotes the value is the rest of the line,
/// also behind a `#`. Lines that begin with `#` are comments.
struct EnvironmentFile {
    private(set) var values: [String: String] = [:]
    private(set) var mistakes: [SettingsMistake] = []

    private static let spaces: Set<Character> = [" ", "\t", "\r"]

    init(_ bytes: [UInt8], file: String) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            mistakes = [SettingsMistake(at: Position(file: file, line: 1, column: 1), "the text is not UTF-8")]
            return
        }
        // CRLF is one character in Swift, so the lines are split by their bytes.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            read(Substring(line), at: Position(file: file, line: index + 1, column: 1))
        }
    }

    private mutating func read(_ line: Substring, at position: Position) {
        var line = EnvironmentFile.trimmed(line)
        if line.isEmpty || line.first == "#" { return }
        if line.hasPrefix("export ") { line = EnvironmentFile.trimmed(line.dropFirst("export ".count)) }
        let sign = line.firstIndex(of: "=") ?? line.startIndex
        let name = String(EnvironmentFile.trimmed(line[..<sign]))
        guard Expansion.isName(name) else {
            // The line is not quoted: it may be half of a secret.
            mistakes.append(SettingsMistake(at: position, "the line is no setting, expected for example NAME=value"))
            return
        }
        guard let value = EnvironmentFile.unquoted(line[line.index(after: sign)...]) else {
            mistakes.append(
                SettingsMistake(at: position, place: name, "the value's quotes do not match, expected one at each end"))
            return
        }
        values[name] = value
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { spaces.contains($0) }
        while let last = text.last, spaces.contains(last) { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String? {
        let text = trimmed(text)
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
        guard text.count >= 2, text.last == quote else { return nil }
        let inside = text.dropFirst().dropLast()
        if quote == "'" { return inside.contains("'") ? nil : String(inside) }
        var result = ""
        var isEscaped = false
        for character in inside {
            if isEscaped {
                switch character {
                case "n": result.append("\n")
                case "t": result.append("\t")
                case "\"", "\\", "$": result.append(character)
                default: result += "\\\(character)"
                }
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return nil
            } else {
                result.append(character)
            }
        }
        return isEscaped ? nil : result
    }
}
