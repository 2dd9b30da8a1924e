import Model

/// Cuts one stream of a program into lines as they become complete.
///
/// A carriage return ends a line as well, so that a progress bar is seen to move.
package struct OutputLines: Sendable {
    /// What is longer comes in pieces.
    package static let longest = 4096

    private var partial: [UInt8] = []
    private var isAfterReturn = false

    package init() {}

    package mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where isAfterReturn:
                isAfterReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                isAfterReturn = byte == UInt8(ascii: "\r")
                lines.append(String(harmless: partial))
                partial.removeAll(keepingCapacity: true)
            default:
                isAfterReturn = false
                partial.append(byte)
                if partial.count == OutputLines.longest { lines.append(cut()) }
            }
        }
        return lines
    }

    /// The last line, when nothing ended it.
    package mutating func flush() -> String? {
        defer { partial = [] }
        return partial.isEmpty ? nil : String(harmless: partial)
    }

    /// A character whose end has not come yet stays for the next piece.
    private mutating func cut() -> String {
        var end = partial.count
        if let start = partial.lastIndex(where: { $0 & 0xC0 != 0x80 }), partial.count - start < 4,
            partial[start] >= 0xC0
        {
            let length = partial[start] >= 0xF0 ? 4 : partial[start] >= 0xE0 ? 3 : 2
            if partial.count - start < length { end = start }
        }
        defer { partial.removeFirst(end) }
        return String(harmless: partial[..<end])
    }
}
