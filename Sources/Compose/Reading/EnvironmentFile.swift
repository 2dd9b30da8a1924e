import Model

/// A file of variables, as the `.env` beside a compose file: `NAME=value`, quotes, comments, `export`.
struct EnvironmentFile {
    struct Entry {
        let name: String
        /// As compose sees it.
        let value: String
        /// Of what stands for it, without quotes.
        let range: Range<Int>
    }

    let path: String
    let bytes: [UInt8]
    /// In the order of the file. Of several with one name the last counts.
    let entries: [Entry]

    /// `before` are the variables that were there before, which values may name.
    init(_ bytes: [UInt8], path: String, before: [String: String] = [:]) throws(Problem) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.invalid, "\(path): the text is not UTF-8")
        }
        var reader = Reader(bytes: Array(text.utf8), path: path, variables: before)
        self.path = path
        self.bytes = bytes
        entries = try reader.entries()
    }

    subscript(name: String) -> Entry? { entries.last { $0.name == name } }

    var variables: [String: String] { Dictionary(entries.map { ($0.name, $0.value) }) { _, last in last } }

    /// What several files come to: later ones win, and what is above all of them stays.
    static func variables(_ files: [EnvironmentFile], above surroundings: [String: String]) -> [String: String] {
        files.reduce(into: [:]) { $0.merge($1.variables) { _, last in last } }.merging(surroundings) { _, own in own }
    }

    /// With one more variable at its end, on a line of its own.
    func adding(_ name: String, _ value: String) -> TextEdit {
        let newline = bytes.contains(0x0D) ? "\r\n" : "\n"
        let isOpen = !(bytes.isEmpty || bytes.last == 0x0A)
        return TextEdit(
            range: bytes.count..<bytes.count, text: (isOpen ? newline : "") + "\(name)=\(value)\(newline)")
    }

    // MARK: - Reading

    private struct Reader {
        let bytes: [UInt8]
        let path: String
        var variables: [String: String]
        var next = 0

        init(bytes: [UInt8], path: String, variables: [String: String]) {
            self.bytes = bytes
            self.path = path
            self.variables = variables
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
        }

        mutating func entries() throws(Problem) -> [Entry] {
            var entries: [Entry] = []
            while next < bytes.count {
                skipBlanks()
                guard next < bytes.count else { break }
                if isAtLineEnd || bytes[next] == UInt8(ascii: "#") {
                    skipLine()
                    continue
                }
                if let entry = try entry() {
                    entries.append(entry)
                    variables[entry.name] = entry.value
                }
                skipLine()
            }
            return entries
        }

        /// Nil for a name alone, which stands for what the surroundings say.
        private mutating func entry() throws(Problem) -> Entry? {
            let line = 1 + bytes[..<next].count { $0 == 0x0A }
            var name = word()
            if name == "export", next < bytes.count, isBlank(bytes[next]) {
                skipBlanks()
                name = word()
            }
            skipBlanks()
            guard next < bytes.count, bytes[next] == UInt8(ascii: "=") || bytes[next] == UInt8(ascii: ":") else {
                guard isAtLineEnd, !name.isEmpty else {
                    throw Problem(.invalid, "\(path):\(line): expected NAME=value")
                }
                return nil
            }
            next += 1
            skipBlanks()
            let value = try value(line)
            return Entry(name: name, value: value.text, range: value.range)
        }

        private mutating func word() -> String {
            let begin = next
            while next < bytes.count, !isBlank(bytes[next]), !isAtLineEnd, bytes[next] != UInt8(ascii: "="),
                bytes[next] != UInt8(ascii: ":")
            { next += 1 }
            return String(decoding: bytes[begin..<next], as: UTF8.self)
        }

        private mutating func value(_ line: Int) throws(Problem) -> (text: String, range: Range<Int>) {
            let quote = next < bytes.count ? bytes[next] : 0
            guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return plain() }
            next += 1
            let begin = next
            while next < bytes.count, bytes[next] != quote {
                next += bytes[next] == UInt8(ascii: "\\") && next + 1 < bytes.count ? 2 : 1
            }
            guard next < bytes.count else {
                throw Problem(.invalid, "\(path):\(line): the quote that begins here is not closed")
            }
            let range = begin..<next
            next += 1
            let text = String(decoding: bytes[range], as: UTF8.self)
            return (quote == UInt8(ascii: "'") ? text : expanded(Reader.unescaped(text)), range)
        }

        private mutating func plain() -> (text: String, range: Range<Int>) {
            let begin = next
            var end = next
            while next < bytes.count, !isAtLineEnd {
                let isComment = bytes[next] == UInt8(ascii: "#") && (next == begin || isBlank(bytes[next - 1]))
                if isComment { break }
                if !isBlank(bytes[next]) { end = next + 1 }
                next += 1
            }
            return (expanded(String(decoding: bytes[begin..<end], as: UTF8.self)), begin..<end)
        }

        /// What cannot be understood stands for itself: compose has the last word on it.
        private func expanded(_ text: String) -> String {
            (try? Template(text).text(variables)) ?? text
        }

        private static func unescaped(_ text: String) -> String {
            var result = ""
            var isEscaped = false
            for character in text {
                if isEscaped {
                    isEscaped = false
                    switch character {
                    case "n": result += "\n"
                    case "r": result += "\r"
                    case "t": result += "\t"
                    case "\"", "\\": result.append(character)
                    case "$": result += "$$"
                    default: result += "\\\(character)"
                    }
                } else if character == "\\" {
                    isEscaped = true
                } else {
                    result.append(character)
                }
            }
            return isEscaped ? result + "\\" : result
        }

        // MARK: - Characters

        private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

        private var isAtLineEnd: Bool {
            next >= bytes.count || bytes[next] == 0x0A || bytes[next] == 0x0D
        }

        private mutating func skipBlanks() { while next < bytes.count, isBlank(bytes[next]) { next += 1 } }

        private mutating func skipLine() {
            while next < bytes.count, bytes[next] != 0x0A { next += 1 }
            next += 1
        }
    }
}
