import Model
import Processes
import TestKit
import Testing

@Suite struct OutputLogTests {
    private let lines = Recorded<String>()

    private func log(limit: Int = 1 << 20) -> OutputLog { OutputLog(limit: limit) { [lines] in lines.append($0) } }

    private func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

    @Test func aLineIsHandedOnAsSoonAsItIsComplete() {
        let log = log()
        log.take(.output, bytes("one\ntw"))
        #expect(lines.all == ["one"])
        log.take(.output, bytes("o\n\nthree"))
        #expect(lines.all == ["one", "two", ""])
        log.end()
        #expect(lines.all == ["one", "two", "", "three"])
        log.end()
        #expect(lines.all.count == 4)
    }

    @Test func theStreamsDoNotMixWithinALine() {
        let log = log()
        log.take(.output, bytes("out"))
        log.take(.errors, bytes("err\n"))
        log.take(.output, bytes("put\n"))
        #expect(lines.all == ["err", "output"])
    }

    @Test func aCarriageReturnEndsALineAndWithANewlineOnlyOne() {
        let log = log()
        log.take(.output, bytes("10%\r20%\r\nnext\r"))
        log.take(.output, bytes("\nlast\n"))
        #expect(lines.all == ["10%", "20%", "next", "last"])
    }

    @Test func whatHasNoEndComesInPiecesThatSplitNoCharacter() {
        let log = log()
        log.take(.output, bytes(String(repeating: "x", count: 4095) + "é" + "y"))
        #expect(lines.all == [String(repeating: "x", count: 4095)])
        log.end()
        #expect(lines.all.last == "éy")
    }

    @Test func bytesThatAreNotUTF8CannotHoldBackAPiece() {
        let log = log()
        log.take(.output, ArraySlice([UInt8](repeating: 0xBF, count: 4096)))
        #expect(lines.all == [String(repeating: "\u{FFFD}", count: 4096)])
    }

    @Test(arguments: [
        ("a\0b", "a\u{FFFD}b"),
        // Bytes that are not UTF-8 are given as they are in the next test; this one is a stray C1 control.
        ("a\u{9B}31mb", "a\u{FFFD}31mb"),
        // Colours are left out, a tab stays.
        ("\u{1B}[1;32mok\u{1B}[0m\tdone", "ok\tdone"),
        // A sequence that does not end takes nothing with it.
        ("\u{1B}[31", ""),
        ("\u{1B}]0;title\u{07}x", "\u{FFFD}]0;title\u{FFFD}x"),
        // What reorders text could show a different command from the one that ran.
        ("rm \u{202E}gpj.x", "rm \u{FFFD}gpj.x"),
        ("日本 é 👍🏽", "日本 é 👍🏽"),
    ])
    func controlCharactersAreHarmless(written: String, shown: String) {
        #expect(String(harmless: Array(written.utf8)) == shown)
    }

    @Test func bytesThatAreNotUTF8AreReplaced() {
        #expect(String(harmless: [0x61, 0xFF, 0xFE, 0x62]) == "a\u{FFFD}\u{FFFD}b")
    }

    @Test(arguments: [(1 << 20, "1 MiB"), (4096, "4 KiB"), (10, "10 bytes"), (1500, "1500 bytes")])
    func whatIsBeyondTheLimitIsSaidOnceAndNotKept(limit: Int, size: String) {
        let log = log(limit: limit)
        log.take(.output, ArraySlice(repeatElement(UInt8(ascii: "x"), count: limit)))
        log.take(.errors, bytes("more\nand more\n"))
        log.take(.output, bytes("and more\n"))
        log.end()
        #expect(lines.all.joined() == String(repeating: "x", count: limit) + "… output beyond \(size) is not kept")
        #expect(lines.all.last == "… output beyond \(size) is not kept")
    }

    @Test func exactlyTheLimitIsKept() {
        let log = log(limit: 4)
        log.take(.output, bytes("abc\n"))
        log.end()
        #expect(lines.all == ["abc"])
    }

    @Test func theLastErrorIsTheLastLineWithSomethingOnItBeyondTheLimitToo() {
        let log = log(limit: 3)
        #expect(log.lastError == nil)
        log.take(.errors, bytes("first\n"))
        log.take(.output, bytes("output\n"))
        for _ in 0..<10_000 { log.take(.errors, bytes("another line\n")) }
        log.take(.errors, bytes("  no space left on device \r\n\n \t\n"))
        #expect(log.lastError == "no space left on device")
    }

    @Test func aLongLastErrorIsCutOnBothSides() {
        let log = log()
        log.take(.errors, bytes("begin " + String(repeating: "x", count: 5000)))
        #expect(log.lastError == "…" + String(repeating: "x", count: 300) + "…")
    }

    @Test func aLastErrorInManySmallPiecesIsWhole() {
        let log = log()
        for _ in 0..<3000 { log.take(.errors, bytes("y")) }
        log.take(.errors, bytes("\nfatal: not "))
        log.take(.errors, bytes("a repository\n"))
        #expect(log.lastError == "fatal: not a repository")
    }
}
