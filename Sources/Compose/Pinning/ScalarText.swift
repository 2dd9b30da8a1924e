import YAML

/// Where the text of a scalar stands in its file: behind anchor and tag, within its quotes.
struct ScalarText {
    /// Nil when it stands there in pieces, as in a block of several lines.
    let range: Range<Int>?
    /// Whether its bytes are those of the value, so that parts of the one are parts of the other.
    let isVerbatim: Bool

    init(_ node: YAML.Node, in bytes: [UInt8]) {
        guard let scalar = node.scalar else {
            (range, isVerbatim) = (nil, false)
            return
        }
        let begin = ScalarText.skipProperties(from: node.start.offset, in: bytes)
        let end = node.end.offset
        switch scalar.style {
        case .plain: range = begin..<max(begin, end)
        case .singleQuoted, .doubleQuoted: range = begin + 1..<max(begin + 1, end - 1)
        case .literal, .folded: range = ScalarText.line(scalar.text, in: bytes, begin..<max(begin, end))
        }
        isVerbatim = range.map { bytes[$0].elementsEqual(scalar.text.utf8) } ?? false
    }

    /// `&name` and `!tag` come first, in either order.
    private static func skipProperties(from begin: Int, in bytes: [UInt8]) -> Int {
        var next = begin
        while next < bytes.count, bytes[next] == UInt8(ascii: "&") || bytes[next] == UInt8(ascii: "!") {
            while next < bytes.count, !isSpace(bytes[next]) { next += 1 }
            while next < bytes.count, isSpace(bytes[next]) { next += 1 }
        }
        return next
    }

    /// The one line that a block holds.
    private static func line(_ text: String, in bytes: [UInt8], _ block: Range<Int>) -> Range<Int>? {
        let wanted = Array(text.utf8)
        guard !wanted.isEmpty, let header = bytes[block].firstIndex(of: 0x0A) else { return nil }
        var begin = header + 1
        while begin < block.upperBound, isSpace(bytes[begin]) { begin += 1 }
        let end = begin + wanted.count
        guard end <= block.upperBound, bytes[begin..<end].elementsEqual(wanted) else { return nil }
        return begin..<end
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0A || byte == 0x0D
    }
}
