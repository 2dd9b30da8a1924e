import Model

/// The last line with something on it, out of a stream of any length: mostly it says why a program failed.
package struct LastLine: Sendable {
    /// How many bytes are looked at, and how many characters are shown.
    private static let window = 1024
    private static let longest = 300

    private var tail: [UInt8] = []
    private var isCut = false

    package init() {}

    package mutating func take(_ bytes: ArraySlice<UInt8>) {
        if bytes.count > LastLine.window {
            tail = Array(bytes.suffix(LastLine.window))
            isCut = true
            return
        }
        tail += bytes
        if tail.count > 2 * LastLine.window {
            tail.removeFirst(tail.count - LastLine.window)
            isCut = true
        }
    }

    package var text: String? {
        let ends: [UInt8] = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        let lines = tail.split(whereSeparator: ends.contains)
        for line in lines.reversed() {
            let text = LastLine.trimmed(String(harmless: line))
            guard !text.isEmpty else { continue }
            let isBeginningMissing = isCut && line.startIndex == tail.startIndex
            let shown = text.count > LastLine.longest ? text.prefix(LastLine.longest) + "…" : text[...]
            return isBeginningMissing ? "…\(shown)" : String(shown)
        }
        return nil
    }

    private static func trimmed(_ text: String) -> String {
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop { $0.isWhitespace })
    }
}
