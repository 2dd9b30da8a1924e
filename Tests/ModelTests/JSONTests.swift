import Model
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,-2,3.5,"é\n"]}"#,
        #"[]"#, #"{}"#, #""""#, #"{"a":{"b":[{}]}}"#,
        "9223372036854775807", "-9223372036854775808",
    ])
    func writingWhatWasReadGivesTheSameText(text: String) throws {
        #expect(try JSON(parsing: text).text == text)
    }

    @Test(arguments: [
        (#""\u00e9\u0041\/\b\f""#, "éA/\u{8}\u{c}"),
        (#""\ud83d\ude00""#, "😀"),
        // Lone surrogates, as broken senders make them.
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSON(parsing: text) == .string(expected))
    }

    @Test(arguments: [
        ("", "JSON, line 1, column 1: expected a value, found the end"),
        ("{\"a\":1\n \"b\"", "JSON, line 2, column 2: expected \",\" or \"}\""),
        ("[1,]", "JSON, line 1, column 4: expected a value"),
        ("01", "JSON, line 1, column 1: a number with a leading zero"),
        ("1 2", "JSON, line 1, column 3: expected the end of the text"),
        ("\"\u{1}\"", "JSON, line 1, column 2: a control character in a string, expected it escaped"),
        ("\"abc", "JSON, line 1, column 5: a string without its closing quote"),
        ("nul", "JSON, line 1, column 1: expected \"null\""),
        ("1e999", "JSON, line 1, column 6: a number out of range"),
        ("\"\\u12g4\"", "JSON, line 1, column 6: expected four hexadecimal digits after \"\\u\""),
        ("{a:1}", "JSON, line 1, column 2: expected a member's name in quotes"),
    ])
    func mistakesNameTheirPlace(text: String, message: String) {
        #expect(throws: Problem(.invalid, message)) { try JSON(parsing: text) }
    }

    @Test func depthIsBounded() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: Problem(.invalid, "JSON, line 1, column 129: nested deeper than 128")) {
            try JSON(parsing: text)
        }
    }

    @Test func largeNumbersBecomeFloats() throws {
        #expect(try JSON(parsing: "9223372036854775808") == .number(9223372036854775808))
        #expect(try JSON(parsing: "1.700000000e9").integer == 1_700_000_000)
    }

    @Test func membersKeepTheirOrderAndTheLastOfEqualNamesWins() throws {
        let value = try JSON(parsing: #"{"z":1,"a":2,"z":3}"#)
        #expect(value.object?.pairs.map(\.key) == ["z", "a", "z"])
        #expect(value["z"] == 3)
    }

    @Test func prettyTextIsIndentedByTwo() {
        let value: JSON = ["a": [1, 2], "b": [:], "c": []]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": {},
                  "c": []
                }
                """)
    }
}
