import Testing

@testable import Settings

struct NearestTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("health", "helth", 1), ("health", "haelth", 1), ("poll", "pull", 1),
        ("compose", "componse", 1), ("abc", "cba", 2), ("Track", "track", 0),
    ])
    func countsSlips(word: String, other: String, slips: Int) {
        #expect(Nearest.slips(word, other) == slips)
        #expect(Nearest.slips(other, word) == slips)
    }

    @Test func knowsWhenNothingIsMeant() {
        #expect(Nearest.word(to: "zebra", among: ["health", "track"]) == nil)
        #expect(Nearest.word(to: "pol", among: ["pull", "poll"]) == "poll")
        #expect(Nearest.word(to: "x", among: []) == nil)
    }
}
