/// How a line of output is written where people read it.
enum OutputLine {
    /// A hook must not be able to move the cursor of whoever reads its log.
    static func text(_ bytes: UnsafeRawBufferPointer, limit: Int) -> String {
        let kept = String(decoding: bytes.prefix(limit), as: UTF8.self).unicodeScalars.filter(isHarmless)
        return String(String.UnicodeScalarView(kept)) + (bytes.count > limit ? " …" : "")
    }

    static func isBlank(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value))
    }
}
