/// A time of day in which polls and webhooks may deploy: `[DAYS ]HH:MM-HH:MM[ ZONE]`.
///
/// `02:00-04:00`, `Sat,Sun 00:00-24:00`, `Mon-Fri 22:00-06:00 Europe/Berlin`. The start belongs to it, the
/// end does not. One that crosses midnight belongs to the day on which it began.
package struct MaintenanceWindow: Hashable, Sendable {
    package enum Weekday: Int, Hashable, Sendable, CaseIterable {
        case sunday, monday, tuesday, wednesday, thursday, friday, saturday

        var previous: Weekday { Weekday(rawValue: (rawValue + 6) % 7)! }
    }

    package var weekdays: Set<Weekday>
    /// Minutes since midnight; the end is up to 1,440.
    package var start: Int
    package var end: Int
    /// A name from the zone database; nil is the machine's own zone.
    package var zone: String?

    /// Whether it is open at a minute of a day, both as its zone sees them.
    package func contains(_ weekday: Weekday, minute: Int) -> Bool {
        if start < end { return weekdays.contains(weekday) && start..<end ~= minute }
        return weekdays.contains(weekday) && minute >= start || weekdays.contains(weekday.previous) && minute < end
    }
}

extension MaintenanceWindow {
    package init(_ text: String) throws(Problem) {
        func refuse(_ reason: String) -> Problem {
            Problem(
                .invalid,
                "\"\(text)\" is not a window: \(reason), expected for example \"02:00-04:00\""
                    + " or \"Mon-Fri 22:00-06:00 Europe/Berlin\"")
        }
        var words = text.split(separator: " ")[...]
        weekdays = Set(Weekday.allCases)
        if let first = words.first, first.first?.isLetter == true {
            guard let days = MaintenanceWindow.weekdays(first) else { throw refuse("\"\(first)\" are not weekdays") }
            weekdays = days
            words.removeFirst()
        }
        guard let times = words.popFirst() else { throw refuse("it has no times") }
        let ends = times.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { throw refuse("\"\(times)\" is not two times with \"-\" between them") }
        guard let start = MaintenanceWindow.minutes(ends[0]), start < 1440 else {
            throw refuse("\"\(ends[0])\" is not a time")
        }
        guard let end = MaintenanceWindow.minutes(ends[1]) else { throw refuse("\"\(ends[1])\" is not a time") }
        guard start != end else { throw refuse("it is empty") }
        self.start = start
        self.end = end
        if let zone = words.popFirst() {
            guard MaintenanceWindow.isZone(zone) else { throw refuse("\"\(zone)\" is not the name of a time zone") }
            self.zone = String(zone)
        }
        if let extra = words.first { throw refuse("\"\(extra)\" is too much") }
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, 1...2 ~= parts[0].utf8.count, parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    private static func weekdays(_ text: Substring) -> Set<Weekday>? {
        var days: Set<Weekday> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = weekday(ends[0]), let last = weekday(ends[ends.count - 1]) else {
                return nil
            }
            var day = first
            days.insert(day)
            while day != last {
                day = Weekday(rawValue: (day.rawValue + 1) % 7)!
                days.insert(day)
            }
        }
        return days
    }

    private static func weekday(_ text: Substring) -> Weekday? {
        let name = text.lowercased()
        guard name.count >= 3 else { return nil }
        return Weekday.allCases.first { "\($0)".hasPrefix(name) }
    }

    /// The name becomes part of a path under the zone database, so nothing that climbs out of it is one.
    private static func isZone(_ text: Substring) -> Bool {
        guard text.utf8.count <= 64, let first = text.first, first.isASCII, first.isLetter else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
        }
    }
}
