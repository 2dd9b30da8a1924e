import Model
import TestKit
import Testing

@testable import Daemon

struct LogTests {
    @Test func `an entry is a line with its time, its level and what it is about`() {
        let readable = ReadableLog()
        readable.log.info("it runs")
        readable.log.warning("it waits", service: "site")
        readable.log.error("it failed", service: "site", deploy: DeployID("0abc"))
        readable.log.info("it goes on", deploy: DeployID("0abc"))
        #expect(
            readable.writes == [
                "\(noonText) info it runs\n", "\(noonText) warning [site] it waits\n",
                "\(noonText) error [site 0abc] it failed\n", "\(noonText) info [0abc] it goes on\n",
            ])
    }

    @Test func `as JSON an entry is an object on a line of its own`() throws {
        let readable = ReadableLog(format: .json)
        readable.log.info("it runs")
        readable.log.error("first\nsecond \"quoted\" \u{1B}[31m", service: "site", deploy: DeployID("0abc"))
        let writes = readable.writes
        #expect(writes.count == 2)
        #expect(writes.allSatisfy { $0.hasSuffix("}\n") && $0.count { $0.isNewline } == 1 })
        #expect(
            try writes.map { try JSON(parsing: $0) } == [
                ["time": .string(noonText), "level": "info", "message": "it runs"],
                [
                    "time": .string(noonText), "level": "error",
                    "message": "first\nsecond \"quoted\" \u{1B}[31m", "service": "site", "deploy": "0abc",
                ],
            ])
    }

    @Test(arguments: [
        (Log.Level.debug, ["debug", "info", "warning", "error"]), (.info, ["info", "warning", "error"]),
        (.warning, ["warning", "error"]), (.error, ["error"]),
    ])
    func `what is below the level is left out`(_ level: Log.Level, _ expected: [String]) {
        let readable = ReadableLog(level: level)
        readable.log.debug("debug")
        readable.log.info("info")
        readable.log.warning("warning")
        readable.log.error("error")
        #expect(readable.writes == expected.map { "\(noonText) \($0) \($0)\n" })
    }

    @Test func `new settings hold from the next entry on`() throws {
        let readable = ReadableLog(level: .warning)
        let other = Recorded<[UInt8]>()
        readable.log.warning("before")
        readable.log.change(level: .debug, format: .json) { other.append($0) }
        readable.log.debug("after")
        #expect(readable.writes == ["\(noonText) warning before\n"])
        #expect(try other.all.map { try JSON(parsing: $0)["message"]?.string } == ["after"])
    }

    @Test(arguments: [Log.Format.text, .json])
    func `a secret never gets into it`(_ format: Log.Format) {
        let readable = ReadableLog(format: format)
        let secret = Secret("hush")
        readable.log.error("\(secret) \(String(reflecting: secret)) \(["token": secret]) \(Optional(secret) as Any)")
        #expect(readable.writes.count == 1)
        #expect(readable.writes.first?.contains("(secret)") == true)
        #expect(readable.writes.first?.contains("hush") == false)
    }

    /// A script or a registry could else forge entries, or hide them from whoever looks with a terminal.
    @Test(arguments: [
        ("first\nsecond", "first | second"), ("first\r\nsecond\n", "first | second"),
        ("first\u{2028}second\u{85}third", "first | second | third"),
        ("up\u{1B}[2K\u{1B}[1A!\u{7}", "up!\u{FFFD}"), ("tab\tstays", "tab\tstays"),
        ("del\u{7F} c1\u{9B}31m", "del\u{FFFD} c1\u{FFFD}31m"),
    ])
    func `one entry is one line that can be looked at`(_ message: String, _ expected: String) {
        let readable = ReadableLog()
        readable.log.info(message)
        #expect(readable.writes == ["\(noonText) info \(expected)\n"])
    }

    @Test func `entries of many at once are whole`() async {
        let readable = ReadableLog()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for entry in 0..<100 { readable.log.info("\(task) \(entry)") } }
            }
        }
        let expected = (0..<8).flatMap { task in (0..<100).map { "\(noonText) info \(task) \($0)\n" } }
        #expect(readable.writes.sorted() == expected.sorted())
    }
}
