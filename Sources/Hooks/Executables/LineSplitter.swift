/// Cuts a stream of bytes into lines.
struct LineSplitter {
    struct Line {
        var bytes: [UInt8] = []
        /// It was longer than what is kept.
        var isCut = false
    }

    /// Bytes of one line; what is beyond is dropped.
    let limit: Int
    private var line = Line()

    init(limit: Int) { self.limit = limit }

    mutating func add(_ bytes: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            lines.append(take())
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// What came after the last line's end.
    mutating func finish() -> [Line] { line.bytes.isEmpty ? [] : [take()] }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = limit - line.bytes.count
        if bytes.count > room { line.isCut = true }
        line.bytes += bytes.prefix(room)
    }

    private mutating func take() -> Line {
        if line.bytes.last == UInt8(ascii: "\r") { line.bytes.removeLast() }
        defer { line = Line() }
        return line
    }
}

extension LineSplitter.Line {
    var isBlank: Bool { bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

    /// Fit for a log: a hook must not be able to move the cursor of whoever reads it.
    func text(limit: Int) -> String {
        let kept = String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars.filter(Self.isHarmless)
        return String(String.UnicodeScalarView(kept)) + (isCut || bytes.count > limit ? " …" : "")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value))
    }
}
