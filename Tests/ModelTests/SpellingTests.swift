import Model
import Testing

@Suite("Suggestions for misspelt words")
struct SpellingTests {
    @Test(arguments: [
        ("post_up", "post-up"),  // an underline for a hyphen
        ("Post-Up", "post-up"),
        ("pre-pul", "pre-pull"),  // a letter is missing
        ("helath", "health"),  // two are swapped
        ("pots-up", "post-up"),
    ])
    func near(word: String, expected: String) {
        #expect(Spelling.suggestion(for: word, among: ["health", "post-up", "pre-pull", "pre-up"]) == expected)
        #expect(Spelling.hint(for: word, among: [expected]) == ", did you mean \"\(expected)\"?")
    }

    @Test("nothing is suggested for what is far from all of them", arguments: ["before-stop", "", "x", "web"])
    func far(word: String) {
        #expect(Spelling.suggestion(for: word, among: ["health", "post-up", "pre-pull", "pre-up"]) == nil)
        #expect(Spelling.hint(for: word, among: ["health"]) == "")
    }
}
