import Model
import RegularExpressions
import Testing

struct RegularExpressionsTests {
    @Test func findsNumberedAndNamedGroups() throws {
        let expression = try RegularExpression("^build-(?<n>[0-9]+)(-(?<suffix>[a-z]+))?$")
        let match = try #require(try expression.match("build-42"))
        #expect(match.groups == ["build-42", "42", nil, nil])
        #expect(match["n"] == "42")
        #expect(match["suffix"] == nil)
        #expect(match["other"] == nil)
        #expect(match.ranges[1] == 6..<8)
        #expect(expression.names.map(\.name) == ["n", "suffix"])
        #expect(try expression.match("build-x") == nil)
    }

    @Test func matchesAnywhereUnlessAnchored() throws {
        #expect(try RegularExpression("b+").isMatch("aabbcc"))
        #expect(try !RegularExpression("^b+").isMatch("aabbcc"))
    }

    @Test func countsBytesInRangesAndCharactersInClasses() throws {
        let match = try #require(try RegularExpression("é.").match("caféx"))
        #expect(match.ranges[0] == 3..<6)
        #expect(match.groups == ["éx"])
        #expect(try RegularExpression("^.$").isMatch("é"))
    }

    @Test func takesAnEmptyPatternAndAnEmptyText() throws {
        #expect(try RegularExpression("").isMatch(""))
        #expect(try !RegularExpression("x").isMatch(""))
    }

    @Test(arguments: [
        ("(", "\"(\" is not a regular expression: missing closing parenthesis (character 2)"),
        ("é[z-a]", "\"é[z-a]\" is not a regular expression: range out of order in character class (character 5)"),
        (
            "*", "\"*\" is not a regular expression: quantifier does not follow a repeatable item (character 1)"
        ),
        (
            "\\C",
            "\"\\C\" is not a regular expression: using \\C is disabled by the application (character 3)"
        ),
    ])
    func namesTheCharacterAtWhichAPatternIsWrong(pattern: String, message: String) {
        #expect(throws: Problem(.invalid, message)) { try RegularExpression(pattern) }
    }

    @Test func refusesAPatternThatIsTooLong() {
        #expect(throws: Problem(.limit, "the regular expression has 5000 bytes, expected at most 4096")) {
            try RegularExpression(String(repeating: "a", count: 5000))
        }
    }

    @Test func stopsAPatternThatBacktracksWithoutEnd() throws {
        let expression = try RegularExpression("^(a+|b|aa)+(?=[^c]*$)(?<!a)$")
        let text = String(repeating: "a", count: 5000)
        let start = ContinuousClock.now
        #expect(
            throws: Problem(
                .limit,
                "\"^(a+|b|aa)+(?=[^c]*$)(?<!a)$\" needs too many steps for a text of 5000 bytes, expected a simpler one"
            )
        ) { try expression.match(text) }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func boundsDepthAndMemory() throws {
        var limits = RegularExpression.Limits()
        limits.steps = .max
        limits.depth = 100
        #expect(throws: Problem.self) {
            try RegularExpression("^(?:a|(b))*c", limits: limits).match(String(repeating: "a", count: 5000))
        }
        limits.depth = .max
        limits.kibibytes = 16
        #expect(throws: Problem.self) {
            try RegularExpression("^(?:a|(b))*c", limits: limits).match(String(repeating: "a", count: 100_000))
        }
    }

    @Test func canBeUsedFromSeveralTasksAtOnce() async throws {
        let expression = try RegularExpression("^v(?<n>[0-9]+)$")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask { (try? expression.match("v\(number)"))??["n"] == String(number) }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
