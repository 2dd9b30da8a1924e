/// How many columns of a terminal a text takes. What moves the cursor has to be taken out before.
enum TextWidth {
    static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

    /// As much of its beginning as fits.
    static func cut(_ text: String, to most: Int) -> String {
        var width = 0
        var end = text.unicodeScalars.startIndex
        for index in text.unicodeScalars.indices {
            width += columns(text.unicodeScalars[index])
            guard width <= most else { return String(text.unicodeScalars[..<end]) }
            end = text.unicodeScalars.index(after: index)
        }
        return text
    }

    /// A letter that is put together of several scalars is as wide as the first of them.
    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// Of Chinese, Japanese and Korean writing, and pictures.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
