import Model
import Testing

struct DurationTests {
    @Test(arguments: [
        ("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("1h30m", 5_400_000), ("2d", 172_800_000),
        ("1w", 604_800_000),
        ("0s", 0), ("90s", 90_000), ("1m500ms", 60_500),
    ])
    func isRead(text: String, milliseconds: Int64) {
        #expect(Duration(text: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "10", "s", "10 s", "-5s", "1.5h", "30m1h", "5m5m", "1y", "10S", "99999999999999999999s",
        "9223372036854775807w",
        "40000d", "10s ", "+1s",
    ])
    func isRefused(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(arguments: ["500ms", "10s", "5m", "1h30m", "2d", "0s", "1d2h3m4s5ms"])
    func isWrittenAsItWasRead(text: String) {
        #expect(Duration(text: text)?.text == text)
    }

    @Test(arguments: [
        ("512", 512), ("64M", 64 << 20), ("64MB", 64 << 20), ("64MiB", 64 << 20), ("1k", 1024), ("2G", 2 << 30),
        ("0", 0),
        ("1.5G", nil), ("M", nil), ("", nil), ("-1", nil), ("1T", nil), ("99999999999G", nil), ("64 M", nil),
    ])
    func sizesAreRead(text: String, bytes: Int?) {
        #expect(ByteSize.bytes(text) == bytes)
    }

    @Test func sizesAreWrittenInTheLargestUnitThatFits() {
        #expect([1 << 30, 64 << 20, 1536, 1000, 0].map(ByteSize.text) == ["1G", "64M", "1536", "1000", "0"])
    }
}
