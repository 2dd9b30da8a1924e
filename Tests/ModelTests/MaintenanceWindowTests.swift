import Model
import Testing

struct MaintenanceWindowTests {
    @Test(arguments: [
        // The start belongs to it, the end does not.
        ("02:00-04:00", MaintenanceWindow.Weekday.monday, 120, true),
        ("02:00-04:00", .monday, 119, false),
        ("02:00-04:00", .monday, 239, true),
        ("02:00-04:00", .monday, 240, false),
        ("00:00-24:00", .sunday, 1439, true),
        // Over midnight.
        ("22:00-06:00", .friday, 1320, true),
        ("22:00-06:00", .friday, 359, true),
        ("22:00-06:00", .friday, 360, false),
        // The morning belongs to the day before.
        ("Fri 22:00-06:00", .friday, 1400, true),
        ("Fri 22:00-06:00", .saturday, 100, true),
        ("Fri 22:00-06:00", .friday, 100, false),
        ("sat,sun 10:00-11:00", .sunday, 630, true),
        ("sat,sun 10:00-11:00", .monday, 630, false),
        ("Mon-Fri 10:00-11:00 Europe/Berlin", .wednesday, 630, true),
        // A span of days may cross the week's end.
        ("Fri-Mon 10:00-11:00", .sunday, 630, true),
        ("Fri-Mon 10:00-11:00", .tuesday, 630, false),
        ("saturday 9:00-10:00", .saturday, 540, true),
    ])
    func isOpen(text: String, day: MaintenanceWindow.Weekday, minute: Int, expected: Bool) throws {
        #expect(try MaintenanceWindow(text).contains(day, minute: minute) == expected)
    }

    @Test func knowsItsZone() throws {
        #expect(
            try MaintenanceWindow("02:00-04:00 America/Argentina/Buenos_Aires").zone == "America/Argentina/Buenos_Aires"
        )
        #expect(try MaintenanceWindow("02:00-04:00 Etc/GMT+5").zone == "Etc/GMT+5")
        #expect(try MaintenanceWindow("02:00-04:00").zone == nil)
    }

    @Test(arguments: [
        ("", "it has no times"),
        ("Mon", "it has no times"),
        ("Foo 02:00-04:00", "\"Foo\" are not weekdays"),
        ("Mon- 02:00-04:00", "\"Mon-\" are not weekdays"),
        ("02:00", "\"02:00\" is not two times with \"-\" between them"),
        ("25:00-26:00", "\"25:00\" is not a time"),
        ("24:00-02:00", "\"24:00\" is not a time"),
        ("02:60-03:00", "\"02:60\" is not a time"),
        ("2-4", "\"2\" is not a time"),
        ("02:00-+4:00", "\"+4:00\" is not a time"),
        ("02:00-02:00", "it is empty"),
        ("02:00-04:00 ../../etc/passwd", "\"../../etc/passwd\" is not the name of a time zone"),
        ("02:00-04:00 UTC x", "\"x\" is too much"),
    ])
    func isRefusedWithTheReason(text: String, reason: String) {
        let message =
            "\"\(text)\" is not a window: \(reason), expected for example \"02:00-04:00\""
            + " or \"Mon-Fri 22:00-06:00 Europe/Berlin\""
        #expect(throws: Problem(.invalid, message)) { try MaintenanceWindow(text) }
    }
}
