extension Duration {
    /// Reads `500ms`, `10s`, `5m`, `1h30m`, `2d`; nil for anything else, so that no number is taken for
    /// seconds by one reader and for minutes by another.
    package init?(text: some StringProtocol) {
        var bytes = Array(text.utf8)[...]
        guard !bytes.isEmpty else { return nil }
        var total: Int64 = 0
        var previousUnit = Int64.max
        while !bytes.isEmpty {
            let digits = bytes.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            bytes = bytes.dropFirst(digits.count)
            let letters = bytes.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
            bytes = bytes.dropFirst(letters.count)
            guard let number = Int64(String(decoding: digits, as: UTF8.self)),
                let unit = Duration.units[String(decoding: letters, as: UTF8.self)], unit < previousUnit
            else { return nil }
            let (product, isTooBig) = number.multipliedReportingOverflow(by: unit)
            let (sum, isSumTooBig) = total.addingReportingOverflow(product)
            guard !isTooBig, !isSumTooBig, sum <= Duration.longest else { return nil }
            total = sum
            previousUnit = unit
        }
        self = .milliseconds(total)
    }

    private static let units: [String: Int64] = [
        "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]

    /// A century: what is longer was a slip, and would overflow a deadline.
    private static let longest: Int64 = 36_500 * 86_400_000

    /// The way it is written in settings: `1h30m`, `10s`, `500ms`.
    package var text: String {
        var rest = milliseconds
        guard rest != 0 else { return "0s" }
        var result = rest < 0 ? "-" : ""
        rest = abs(rest)
        for (name, unit) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            as [(String, Int64)]
        where rest >= unit {
            result += "\(rest / unit)\(name)"
            rest %= unit
        }
        return result
    }
}
