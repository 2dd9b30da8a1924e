extension JSON {
    /// Reads one JSON text (RFC 8259). The bytes come from outside, so depth is bounded and every error
    /// names the line and column.
    package init(parsing bytes: some Collection<UInt8>, maximumDepth: Int = 128) throws(Problem) {
        var parser = Parser(bytes: Array(bytes), maximumDepth: maximumDepth)
        self = try parser.document()
    }

    package init(parsing text: String, maximumDepth: Int = 128) throws(Problem) {
        try self.init(parsing: text.utf8, maximumDepth: maximumDepth)
    }

    private struct Parser {
        let bytes: [UInt8]
        let maximumDepth: Int
        var position = 0

        init(bytes: [UInt8], maximumDepth: Int) {
            self.bytes = bytes
            self.maximumDepth = maximumDepth
        }

        mutating func document() throws(Problem) -> JSON {
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
            let result = try value(depth: 0)
            skipSpace()
            guard position == bytes.count else { throw problem("expected the end of the text") }
            return result
        }

        func problem(_ message: String) -> Problem {
            let read = bytes[..<min(position, bytes.count)]
            let line = read.count { $0 == UInt8(ascii: "\n") } + 1
            let lineStart = read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            return Problem(.invalid, "JSON, line \(line), column \(position - lineStart + 1): \(message)")
        }

        mutating func skipSpace() {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
        }

        mutating func value(depth: Int) throws(Problem) -> JSON {
            guard depth < maximumDepth else { throw problem("nested deeper than \(maximumDepth)") }
            skipSpace()
            guard position < bytes.count else { throw problem("expected a value, found the end") }
            switch bytes[position] {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        mutating func word(_ word: StaticString, _ value: JSON) throws(Problem) -> JSON {
            let expected = Array("\(word)".utf8)
            guard bytes[position...].starts(with: expected) else { throw problem("expected \"\(word)\"") }
            position += expected.count
            return value
        }

        mutating func object(depth: Int) throws(Problem) -> JSON {
            position += 1
            var members = Members()
            skipSpace()
            if take("}") { return .object(members) }
            while true {
                skipSpace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                    throw problem("expected a member's name in quotes")
                }
                let key = try string()
                skipSpace()
                guard take(":") else { throw problem("expected \":\"") }
                members.append(key, try value(depth: depth + 1))
                skipSpace()
                if take(",") { continue }
                guard take("}") else { throw problem("expected \",\" or \"}\"") }
                return .object(members)
            }
        }

        mutating func array(depth: Int) throws(Problem) -> JSON {
            position += 1
            var elements: [JSON] = []
            skipSpace()
            if take("]") { return .array(elements) }
            while true {
                elements.append(try value(depth: depth + 1))
                skipSpace()
                if take(",") { continue }
                guard take("]") else { throw problem("expected \",\" or \"]\"") }
                return .array(elements)
            }
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func string() throws(Problem) -> String {
            position += 1
            var text: [UInt8] = []
            while true {
                guard position < bytes.count else { throw problem("a string without its closing quote") }
                let byte = bytes[position]
                switch byte {
                case UInt8(ascii: "\""):
                    position += 1
                    guard let valid = String(validating: text, as: UTF8.self) else {
                        throw problem("a string that is not UTF-8")
                    }
                    return valid
                case UInt8(ascii: "\\"):
                    position += 1
                    text += try escape()
                case 0..<0x20:
                    throw problem("a control character in a string, expected it escaped")
                default:
                    text.append(byte)
                    position += 1
                }
            }
        }

        mutating func escape() throws(Problem) -> [UInt8] {
            guard position < bytes.count else { throw problem("a string without its closing quote") }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
            case UInt8(ascii: "b"): return [0x08]
            case UInt8(ascii: "f"): return [0x0C]
            case UInt8(ascii: "n"): return [0x0A]
            case UInt8(ascii: "r"): return [0x0D]
            case UInt8(ascii: "t"): return [0x09]
            case UInt8(ascii: "u"): return Array(String(Character(try unicodeEscape())).utf8)
            default:
                position -= 1
                throw problem("an unknown escape")
            }
        }

        /// A lone surrogate becomes U+FFFD: GitHub and others do send them, and a release must not be
        /// missed for a broken emoji in a commit message.
        mutating func unicodeEscape() throws(Problem) -> Unicode.Scalar {
            let first = try fourHexDigits()
            guard 0xD800..<0xDC00 ~= first else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
            guard bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return "\u{FFFD}" }
            let before = position
            position += 2
            let second = try fourHexDigits()
            guard 0xDC00..<0xE000 ~= second else {
                position = before
                return "\u{FFFD}"
            }
            return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
        }

        mutating func fourHexDigits() throws(Problem) -> UInt32 {
            var code: UInt32 = 0
            for _ in 0..<4 {
                guard position < bytes.count,
                    let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80
                else { throw problem("expected four hexadecimal digits after \"\\u\"") }
                code = code << 4 | UInt32(digit)
                position += 1
            }
            return code
        }

        mutating func number() throws(Problem) -> JSON {
            let start = position
            _ = take("-")
            guard let first = digits() else {
                position = start
                throw problem("expected a value")
            }
            if first.count > 1, bytes[first.lowerBound] == UInt8(ascii: "0") {
                position = first.lowerBound
                throw problem("a number with a leading zero")
            }
            var isWhole = true
            if take(".") {
                isWhole = false
                guard digits() != nil else { throw problem("expected digits after the decimal point") }
            }
            if take("e") || take("E") {
                isWhole = false
                if !take("+") { _ = take("-") }
                guard digits() != nil else { throw problem("expected digits in the exponent") }
            }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if isWhole, let whole = Int64(text) { return .integer(whole) }
            guard let number = Double(text), number.isFinite else { throw problem("a number out of range") }
            return .number(number)
        }

        mutating func digits() -> Range<Int>? {
            let start = position
            while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
            return position > start ? start..<position : nil
        }
    }
}
