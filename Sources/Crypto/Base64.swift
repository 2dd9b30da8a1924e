/// RFC 4648.
///
/// Decoding is strict, since what is decoded decides who somebody is: there is exactly one text for some bytes, and
/// no white space. (libcrypto's own decoder skips white space and pads with zeros.)
package enum Base64: Hashable, Sendable {
    /// With `+` and `/`, always padded.
    case standard
    /// With `-` and `_`, as in URLs and tokens. Not padded when encoded; padding is accepted if it is complete.
    case urlSafe

    private static let standardAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafeAlphabet = Array(standardAlphabet.dropLast(2) + "-_".utf8)
    private static let standardValues = values(of: standardAlphabet)
    private static let urlSafeValues = values(of: urlSafeAlphabet)
    private static let padding = UInt8(ascii: "=")
    private static let noValue: UInt8 = 255

    package func encode(_ bytes: some Sequence<UInt8>) -> String {
        let alphabet = self == .standard ? Base64.standardAlphabet : Base64.urlSafeAlphabet
        var text: [UInt8] = []
        text.reserveCapacity(bytes.underestimatedCount * 4 / 3 + 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
        if self == .standard {
            while !text.count.isMultiple(of: 4) { text.append(Base64.padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything that `encode` would not have written.
    package func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        let padding = characters.reversed().prefix { $0 == Base64.padding }.count
        let digits = characters.dropLast(padding)
        guard digits.count % 4 != 1 else { return nil }
        let isPadded = (digits.count + padding).isMultiple(of: 4) && padding <= 2
        guard isPadded || (self == .urlSafe && padding == 0) else { return nil }

        let values = self == .standard ? Base64.standardValues : Base64.urlSafeValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value != Base64.noValue else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        // What is left of the last digit carries nothing, and has to be zero.
        return bits & (1 << count - 1) == 0 ? bytes : nil
    }

    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: noValue, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }
}
