/// A moment, in microseconds since 1970-01-01 00:00 UTC. Plain arithmetic on values: reading the clock
/// is somebody else's business.
package struct Timestamp: Hashable, Sendable, Comparable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package var secondsSince1970: Int64 { microseconds.flooredDivision(by: 1_000_000).quotient }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: moment.microseconds + duration.microseconds)
    }

    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }
}

extension Duration {
    package var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    package var milliseconds: Int64 { microseconds / 1_000 }

    /// For people: the two largest units that matter, `850ms`, `12s`, `3m20s`, `2h5m`, `4d3h`.
    package var shortText: String {
        let total = milliseconds
        guard total >= 0 else { return "0s" }
        if total < 1_000 { return "\(total)ms" }
        if total < 10_000, total % 1_000 >= 100 { return "\(total / 1_000).\(total % 1_000 / 100)s" }
        let seconds = total / 1_000
        func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
        }
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "m")
        default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h")
        }
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-20T16:15:46.123Z`.
    package var description: String { text(separator: "T", milliseconds: true) + "Z" }

    private func text(separator: String, milliseconds: Bool) -> String {
        let (days, inDay) = microseconds.flooredDivision(by: 86_400_000_000)
        let date = CivilDate(daysSince1970: days)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let seconds = inDay / 1_000_000
        var result = "\(date.year)-\(two(date.month))-\(two(date.day))\(separator)"
        result += "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        if milliseconds {
            let rest = inDay / 1_000 % 1_000
            result += rest < 10 ? ".00\(rest)" : rest < 100 ? ".0\(rest)" : ".\(rest)"
        }
        return result
    }
}

extension Timestamp {
    /// Reads what `description` writes, with or without a fraction; nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
                ? Int64(String(decoding: bytes[range], as: UTF8.self)) : nil
        }
        let marks: [(Int, Unicode.Scalar)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard marks.allSatisfy({ bytes[$0.0] == UInt8(ascii: $0.1) }),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), (21...27).contains(bytes.count - 1 + 1),
                let digits = number(20..<min(bytes.count - 1, 26))
            else { return nil }
            let count = min(bytes.count - 1, 26) - 20
            fraction = (0..<(6 - count)).reduce(digits) { value, _ in value * 10 }
        }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }
}

extension Timestamp {
    /// RFC 3339 as others write it: any number of digits behind the second, any offset.
    package init?(rfc3339 text: String) {
        let whole = text.prefix(19)
        var rest = text.dropFirst(19)
        var fraction = ""
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(1 + digits.count)
            fraction = ".\(digits.prefix(6))"
        }
        guard let moment = Timestamp("\(whole)\(fraction)Z") else { return nil }
        if rest == "Z" || rest == "z" {
            self = moment
            return
        }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = rest.first, "+-".contains(sign), parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hours = UInt8(parts[0]), let minutes = UInt8(parts[1]), hours < 24, minutes < 60
        else { return nil }
        let offset = Duration.seconds(Int(hours) * 3600 + Int(minutes) * 60)
        self = sign == "+" ? moment + (.zero - offset) : moment + offset
    }
}

/// A day of the proleptic Gregorian calendar. The conversion shifts the year to begin in March, so that
/// the leap day comes last and needs no case of its own.
package struct CivilDate: Hashable, Sendable {
    package let year: Int64
    package let month: Int64
    package let day: Int64

    package init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    package init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.flooredDivision(by: 400)
        let shifted = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shifted + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
