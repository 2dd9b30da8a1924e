/// What a clock on the wall of a zone shows.
package protocol LocalTimes: Sendable {
    /// In seconds east of Greenwich; nil for a zone that nobody knows here. Without a name it is the machine's own.
    func offset(of zone: String?, at moment: Timestamp) -> Int64?
}

/// The windows of a service, in the time of their zones.
package struct WindowTimetable: Sendable {
    private let windows: [MaintenanceWindow]
    private let times: any LocalTimes

    /// Windows repeat every week, but for a change of the clocks.
    private static let horizon: Int64 = 15 * 24 * 60

    package init(_ windows: [MaintenanceWindow], times: any LocalTimes) {
        self.windows = windows
        self.times = times
    }

    /// Always, where there are none.
    package func isOpen(at moment: Timestamp) -> Bool {
        windows.isEmpty || windows.contains { isOpen($0, at: moment) }
    }

    /// The first full minute from then on in which one is open; nil when that is never, as in a zone that nobody knows.
    package func nextOpening(from moment: Timestamp) -> Timestamp? {
        if isOpen(at: moment) { return moment }
        let minute = moment.secondsSince1970 / 60 + 1
        // A minute at a time is the only way to be right on the days on which clocks change.
        for minute in minute..<(minute + WindowTimetable.horizon) {
            let then = Timestamp(microseconds: minute * 60_000_000)
            if isOpen(at: then) { return then }
        }
        return nil
    }

    private func isOpen(_ window: MaintenanceWindow, at moment: Timestamp) -> Bool {
        guard let offset = times.offset(of: window.zone, at: moment) else { return false }
        let minutes = (moment.secondsSince1970 + offset) / 60
        let (day, minute) = minutes.quotientAndRemainder(dividingBy: 1440)
        guard let weekday = MaintenanceWindow.Weekday(rawValue: Int((day + 4) % 7)) else { return false }
        return window.contains(weekday, minute: Int(minute))
    }
}
