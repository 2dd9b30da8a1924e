/// When the clocks change in each year: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX.1, `TZ`).
struct ZoneRule: Hashable, Sendable {
    /// A day of a year, and the second of it.
    private enum Day: Hashable, Sendable {
        /// `J60`, without leap days; from 1 on.
        case julian(Int64)
        /// `59`, with them; from 0 on.
        case ofYear(Int64)
        /// `M3.5.0`: the fifth or last Sunday of March.
        case weekday(month: Int64, week: Int64, day: Int64)
    }

    private struct Summer: Hashable, Sendable {
        var offset: Int64
        var from: Day
        var fromTime: Int64
        var until: Day
        var untilTime: Int64
    }

    private let standard: Int64
    private var summer: Summer?

    init?(_ text: String) {
        var reader = Reader(rest: text[...])
        guard reader.name(), let west = reader.time() else { return nil }
        standard = -west
        guard !reader.rest.isEmpty else { return }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if let first = reader.rest.first, first != "," {
            guard let west = reader.time() else { return nil }
            offset = -west
        }
        guard reader.take(","), let from = reader.day(), let fromTime = reader.timeOfDay(), reader.take(","),
            let until = reader.day(), let untilTime = reader.timeOfDay(), reader.rest.isEmpty
        else { return nil }
        summer = Summer(offset: offset, from: from, fromTime: fromTime, until: until, untilTime: untilTime)
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        let day = (seconds + standard) / 86_400 - ((seconds + standard) % 86_400 < 0 ? 1 : 0)
        let year = CivilDate(daysSince1970: day).year
        // Either is told in the time that was shown until then.
        let from = ZoneRule.daysSince1970(summer.from, in: year) * 86_400 + summer.fromTime - standard
        let until = ZoneRule.daysSince1970(summer.until, in: year) * 86_400 + summer.untilTime - summer.offset
        // South of the equator the summer goes on over the end of the year.
        let isSummer = from < until ? from <= seconds && seconds < until : !(until <= seconds && seconds < from)
        return isSummer ? summer.offset : standard
    }

    private static func daysSince1970(_ day: Day, in year: Int64) -> Int64 {
        let start = CivilDate(year: year, month: 1, day: 1).daysSince1970
        switch day {
        case .ofYear(let number): return start + number
        case .julian(let number):
            let isLeap = CivilDate(year: year, month: 3, day: 1).daysSince1970 - start == 60
            return start + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            // 1970 began on a Thursday.
            let shift = ((weekday - (first + 4) % 7) % 7 + 7) % 7
            var result = first + shift + (week - 1) * 7
            let next =
                month == 12
                ? CivilDate(year: year + 1, month: 1, day: 1).daysSince1970
                : CivilDate(year: year, month: month + 1, day: 1).daysSince1970
            while result >= next { result -= 7 }
            return result
        }
    }

    private struct Reader {
        var rest: Substring

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// `CET`, or `<+03>`.
        mutating func name() -> Bool {
            let isQuoted = take("<")
            let name = rest.prefix { isQuoted ? $0 != ">" : $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            return name.count >= 3 && (!isQuoted || take(">"))
        }

        mutating func number() -> Int64? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, digits.count <= 4 else { return nil }
            rest = rest.dropFirst(digits.count)
            return Int64(digits)
        }

        /// `[+-]H[:MM[:SS]]`, in seconds.
        mutating func time() -> Int64? {
            let isNegative = rest.first == "-"
            if isNegative || rest.first == "+" { rest = rest.dropFirst() }
            guard let hours = number(), hours <= 167 else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] as [Int64] where take(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func timeOfDay() -> Int64? { take("/") ? time() : 7200 }

        mutating func day() -> Day? {
            if take("J") { return number().flatMap { 1...365 ~= $0 ? .julian($0) : nil } }
            guard take("M") else { return number().flatMap { 0...365 ~= $0 ? .ofYear($0) : nil } }
            guard let month = number(), 1...12 ~= month, take("."), let week = number(), 1...5 ~= week, take("."),
                let day = number(), 0...6 ~= day
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
