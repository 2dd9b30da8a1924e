/// Reading and writing sizes such as `64M`; units are powers of 1024.
package enum ByteSize {
    /// `512`, `64K`, `64M`, `2G`, each also with `B` or `iB`; nil for anything else.
    package static func bytes(_ text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        let digits = bytes.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        let shift: Int
        switch String(decoding: bytes.dropFirst(digits.count), as: UTF8.self).uppercased() {
        case "", "B": shift = 0
        case "K", "KB", "KIB": shift = 10
        case "M", "MB", "MIB": shift = 20
        case "G", "GB", "GIB": shift = 30
        default: return nil
        }
        let (product, isTooBig) = number.multipliedReportingOverflow(by: 1 << shift)
        return isTooBig ? nil : product
    }

    package static func text(_ bytes: Int) -> String {
        for (name, shift) in [("G", 30), ("M", 20), ("K", 10)] where bytes >= 1 << shift && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(name)"
        }
        return String(bytes)
    }
}
