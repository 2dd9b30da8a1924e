import Files
import Model
import Processes
import TestKit
import Testing

/// Against the C library's own reading of the same database.
struct ZoneFilesTests {
    private static let zones = [
        "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Kathmandu",
        "Asia/Tehran", "America/Sao_Paulo", "Pacific/Apia", "Pacific/Auckland", "Europe/Dublin", "UTC", "Etc/GMT+5",
        "America/Nuuk",
        "Antarctica/Troll", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30",
        "NZST-12NZDT,M9.5.0,M4.1.0/3",
        "AAA3BBB,J60/1,J300", "AAA3BBB,59/1,300/-2",
    ]

    @Test("a zone's clocks show what the C library says they do", arguments: zones)
    func offsets(zone: String) async throws {
        // Hours around each change of forty years would be many; these step through all of a day.
        // The library takes rules in words to begin in 1970.
        let start: Int64 = zone.contains(",") ? 0 : -800_000_000
        let seconds = stride(from: start, to: 2_800_000_000, by: 86_400 * 3 + 1_801).map { $0 }
        let files = FileTree()
        let list = files.file("moments", seconds.map { "@\($0)\n" }.joined())
        var spec = ProcessSpec(["/usr/bin/date", "-f", list, "+%:::z"])
        spec.environment = ["TZ": zone, "PATH": "/usr/bin:/bin"]
        spec.outputLimit = 4 << 20
        let expected = try await Process.run(spec).outputText.split(separator: "\n").map(Self.seconds)
        try #require(expected.count == seconds.count)
        let times = ZoneFiles(environment: ["TZ": zone])
        for (moment, offset) in zip(seconds, expected) {
            let found = times.offset(of: nil, at: Timestamp(microseconds: moment * 1_000_000))
            #expect(found == offset, "\(zone) at \(moment)")
            if found != offset { return }
        }
    }

    /// `+02`, `-03:30`, `+01:02:03`.
    private static func seconds(_ text: Substring) -> Int64 {
        let parts = text.dropFirst().split(separator: ":").map { Int64($0) ?? 0 }
        let value = zip(parts, [3600, 60, 1]).reduce(Int64(0)) { $0 + $1.0 * $1.1 }
        return text.hasPrefix("-") ? -value : value
    }

    @Test("a zone that there is not has no time, and nothing outside the database is read")
    func unknown() throws {
        let times = ZoneFiles(environment: ["TZ": "UTC"])
        let now = try #require(Timestamp("2026-11-20T12:00:00Z"))
        for zone in ["Mars/Olympus", "../../../etc/passwd", "zone.tab", "Europe"] {
            #expect(times.offset(of: zone, at: now) == nil, "\(zone)")
            #expect(!times.knows(zone))
        }
        #expect(times.offset(of: "Europe/Berlin", at: now) == 3600 && times.knows("Europe/Berlin"))
        #expect(times.offset(of: nil, at: now) == 0)
    }

    @Test(
        "what is no file of the database is refused",
        arguments: ["", "TZif", "TZif2", "TZif2" + String(repeating: "\u{1}", count: 60)])
    func broken(text: String) { #expect(ZoneRules(file: Array(text.utf8)) == nil) }

    @Test(
        "what is no rule is refused",
        arguments: [
            "", "X", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-1x", "Europe/Berlin",
        ])
    func brokenRules(text: String) { #expect(ZoneRules(rule: text) == nil) }

    // MARK: - Windows

    private func timetable(_ windows: String...) throws -> WindowTimetable {
        WindowTimetable(try windows.map { try MaintenanceWindow($0) }, times: ZoneFiles(environment: ["TZ": "UTC"]))
    }

    private func next(_ timetable: WindowTimetable, _ text: String) throws -> String? {
        try timetable.nextOpening(from: #require(Timestamp(text))).map { "\($0)" }
    }

    @Test("windows open by the clock of their zone, also on the days on which it changes")
    func windows() throws {
        let berlin = try timetable("02:00-04:00 Europe/Berlin")
        #expect(try next(berlin, "2026-11-20T12:00:30Z") == "2026-11-21T01:00:00.000Z")
        #expect(try next(berlin, "2026-07-20T12:00:30Z") == "2026-07-21T00:00:00.000Z")
        // At 02:00 it becomes 03:00: half of the window is not there.
        #expect(try next(berlin, "2027-03-28T00:30:00Z") == "2027-03-28T01:00:00.000Z")
        // At 03:00 it becomes 02:00 once more: the window is three hours long.
        #expect(berlin.isOpen(at: try #require(Timestamp("2027-10-31T00:30:00Z"))))
        #expect(berlin.isOpen(at: try #require(Timestamp("2027-10-31T02:30:00Z"))))
        #expect(!berlin.isOpen(at: try #require(Timestamp("2027-10-31T03:00:00Z"))))
    }

    @Test("windows cross midnight, and belong to the day on which they begin")
    func midnight() throws {
        let night = try timetable("Fri 22:00-06:00")
        #expect(try next(night, "2026-11-20T21:59:59Z") == "2026-11-20T22:00:00.000Z")
        #expect(night.isOpen(at: try #require(Timestamp("2026-11-21T05:59:59Z"))))
        #expect(try next(night, "2026-11-21T06:00:00Z") == "2026-11-27T22:00:00.000Z")
        let several = try timetable("Mon 01:00-02:00", "Sat,Sun 00:00-24:00")
        #expect(try next(several, "2026-11-20T21:00:00Z") == "2026-11-21T00:00:00.000Z")
        #expect(try next(several, "2026-11-23T00:00:00Z") == "2026-11-23T01:00:00.000Z")
        #expect(try next(timetable(), "2026-11-23T00:00:07Z") == "2026-11-23T00:00:07.000Z")
    }

    @Test("in a zone that nobody knows no window opens")
    func nowhere() throws { #expect(try next(timetable("00:00-24:00 Mars/Olympus"), "2026-11-20T12:00:00Z") == nil) }
}
