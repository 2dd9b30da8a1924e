import Lifecycle
import Model
import RegularExpressions
import Testing

@testable import Hooks

@Suite("Choosing tags")
struct TagRankingTests {
    private func versions(
        _ tags: [String], _ range: String = "*", current: String? = nil, variant: String? = nil,
        prerelease: Bool = false, downgrade: Bool = false
    ) throws -> TagChoice {
        let range = try VersionRange(range, includingPrereleases: prerelease)
        var ranking = TagRanking(order: .versions(range, variant: variant))
        ranking.current = current
        ranking.mayGoDown = downgrade
        return try ranking.rank(tags)
    }

    private func reasons(_ choice: TagChoice) -> [String: [String]] {
        Dictionary(choice.dropped.map { ($0.reason, $0.examples) }) { one, _ in one }
    }

    @Test("versions are ordered as SemVer's own list is")
    func precedence() throws {
        let list = [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0", "2.0.0", "2.1.0", "2.1.1",
        ]
        for seed in 0..<20 {
            var generator = Repeatable(seed: UInt64(seed))
            let choice = try versions(list.shuffled(using: &generator), prerelease: true)
            #expect(choice.ranked == list.reversed())
        }
        #expect(try versions(list).ranked == ["2.1.1", "2.1.0", "2.0.0", "1.0.0"])
        #expect(try versions(list, ">=1.0.0-beta.2 <1.0.0").ranked == ["1.0.0-rc.1", "1.0.0-beta.11", "1.0.0-beta.2"])
    }

    @Test("a range takes what npm's takes, and says why not the others")
    func ranges() throws {
        let tags = [
            "latest", "v1.9.0", "2.0.0", "2.4.1", "2.4.2-rc.1", "v2.4.0", "3.0.0", "2.4.1-alpine", "main", "2.5.0-beta",
            "sha-1a2b3c",
        ]
        let choice = try versions(tags, "^2")
        #expect(choice.ranked == ["2.4.1", "v2.4.0", "2.0.0"])
        #expect(choice.seen == tags.count)
        #expect(
            reasons(choice) == [
                "no version": ["latest", "main", "sha-1a2b3c"], "outside ^2": ["v1.9.0", "3.0.0"],
                "a pre-release": ["2.4.2-rc.1", "2.5.0-beta"], "a variant": ["2.4.1-alpine"],
            ])
        let table: [(String, String?)] = [
            ("~2.4.0", "2.4.1"), (">=1 <2", "v1.9.0"), ("1 || 3", "3.0.0"), ("2.0.x", "2.0.0"), ("<1", nil),
            ("2.4.0", "v2.4.0"),
        ]
        for (range, best) in table { #expect(try versions(tags, range).ranked.first == best, "\(range)") }
    }

    @Test("the variant that runs is kept, whatever its own version, unless the settings name one")
    func variants() throws {
        let tags = [
            "1.0.0", "1.1.0", "1.0.0-alpine", "1.1.0-alpine", "1.1.0-alpine3.9", "1.1.0-alpine3.20", "1.0.0-alpine3.19",
            "1.2.0-rc.1-alpine",
            "1.1.0-slim-bookworm", "1.0.0_2-alpine",
        ]
        #expect(try versions(tags, current: "1.0.0-alpine").ranked.first == "1.1.0-alpine")
        #expect(
            try versions(tags, current: "1.0.0-alpine3.19").ranked == [
                "1.1.0-alpine3.20", "1.1.0-alpine3.9", "1.0.0-alpine3.19",
            ])
        #expect(try versions(tags, current: "1.0.0-alpine", variant: "").ranked == ["1.1.0", "1.0.0"])
        #expect(try versions(tags, variant: "-slim-bookworm").ranked == ["1.1.0-slim-bookworm"])
        #expect(try versions(tags, variant: "-alpine", prerelease: true).ranked.first == "1.2.0-rc.1-alpine")
        #expect(try versions(tags, current: "latest").ranked == ["1.1.0", "1.0.0"])
    }

    @Test("it never goes down by itself, not even when the current tag is gone or out of the range")
    func downward() throws {
        let tags = ["1.0.0", "1.1.0", "2.0.0"]
        #expect(try versions(tags, current: "1.2.0").ranked == ["2.0.0"])
        let newest = try versions(tags, current: "3.0.0")
        #expect(newest.ranked == [])
        #expect(reasons(newest) == ["lower than 3.0.0, which runs": tags])
        #expect(try versions(tags, "^1", current: "2.0.0").ranked == [])
        #expect(try versions(tags, "^1", current: "2.0.0", downgrade: true).ranked == ["1.1.0", "1.0.0"])
        #expect(try versions(tags, current: "1.1.0").ranked == ["2.0.0", "1.1.0"])
    }

    @Test("of several tags for one version the one that is written as the current one is, and says most")
    func ties() throws {
        #expect(try versions(["1", "1.2", "1.2.0", "v1.2.0"], current: "v1.1.0").ranked.first == "v1.2.0")
        #expect(try versions(["1", "1.2", "1.2.0", "v1.2.0"], current: "1.1.0").ranked.first == "1.2.0")
        #expect(try versions(["1.2", "1.2.0"]).ranked == ["1.2.0", "1.2"])
        let pattern = TagPattern.regex(try RegularExpression("^app-(.+)$"))
        let all = try VersionRange("*")
        let named = TagRanking(order: .versions(all, variant: nil), pattern: pattern, current: "app-v1.1.0")
        #expect(try named.rank(["app-1.2.0", "app-v1.2.0"]).ranked.first == "app-v1.2.0")
        // A date or a number of a build is no version beside real ones.
        let choice = try versions(["20240101", "1234567", "1.2.0"])
        #expect(choice.ranked == ["1.2.0"] && reasons(choice) == ["a single number": ["20240101", "1234567"]])
        #expect(try versions(["3", "10", "9"]).ranked == ["10", "9", "3"])
        #expect(try versions(["22.04", "24.04", "24.10"]).ranked.first == "24.10")
        #expect(try versions(["1.2.3_1", "1.2.3"]).ranked.count == 2)
    }

    // MARK: - Other orders

    private func rank(
        _ tags: [String], _ order: TagRanking.Order, glob: String? = nil, regex: String? = nil, by: String? = nil,
        current: String? = nil
    ) throws -> TagChoice {
        var ranking = TagRanking(order: order)
        if let glob { ranking.pattern = .glob(Glob(glob)) }
        if let regex { ranking.pattern = .regex(try RegularExpression(regex)) }
        ranking.key = by.map { TagKey($0) }
        ranking.current = current
        return try ranking.rank(tags)
    }

    @Test("the variant that is kept is that of what the pattern finds in the tag that runs")
    func foundVariant() throws {
        let tags = ["release-1.2.0-alpine", "release-1.3.0-alpine", "release-1.1.0", "release-1.4.0"]
        let choice = try rank(
            tags, .versions(try VersionRange("*"), variant: nil), regex: "^release-(.+)$",
            current: "release-1.2.0-alpine")
        #expect(choice.ranked == ["release-1.3.0-alpine", "release-1.2.0-alpine"])
    }

    @Test("the newest one is never older than the one that runs, also when that is gone")
    func goneCurrent() throws {
        let times = [3: "nightly-3", 4: "nightly-4", 6: "nightly-6"].map { ($1, Timestamp(microseconds: Int64($0))) }
        var known = Dictionary(uniqueKeysWithValues: times)
        known["nightly-5"] = Timestamp(microseconds: 5)
        let gone = try rank(["nightly-3", "nightly-4"], .newest(known), current: "nightly-5")
        #expect(gone.ranked == [] && gone.dropped.map(\.count) == [2])
        #expect(
            try rank(["nightly-4", "nightly-6"], .newest(known), current: "nightly-5").ranked == ["nightly-6"])
    }

    @Test("numbers are compared as numbers, of any length")
    func numbers() throws {
        let tags = [
            "build-9", "build-10", "build-007", "build-", "build-x", "other-99", "build-99999999999999999999999",
        ]
        let choice = try rank(tags, .numbers, glob: "build-*")
        #expect(choice.ranked == ["build-99999999999999999999999", "build-10", "build-9", "build-007"])
        #expect(reasons(choice) == ["no number": ["build-", "build-x"], "does not match": ["other-99"]])
        #expect(
            try rank(tags, .numbers, glob: "build-*", current: "build-11").ranked == ["build-99999999999999999999999"])
    }

    @Test("a group of the expression, or a text made of groups, is what counts")
    func expressions() throws {
        let tags = ["rel-2024-b7", "rel-2023-b12", "rel-2024-b10", "x"]
        let regex = "^rel-(?<year>[0-9]+)-b(?<n>[0-9]+)$"
        #expect(
            try rank(tags, .numbers, regex: regex, by: "n").ranked == ["rel-2023-b12", "rel-2024-b10", "rel-2024-b7"])
        #expect(try rank(tags, .numbers, regex: regex, by: "2").ranked.first == "rel-2023-b12")
        let range = try VersionRange("*")
        #expect(
            try rank(tags, .versions(range, variant: nil), regex: regex, by: "$year.${n}.0").ranked == [
                "rel-2024-b10", "rel-2024-b7", "rel-2023-b12",
            ])
        #expect(try rank(tags, .text, regex: "b(.+)$").ranked == ["rel-2024-b7", "rel-2023-b12", "rel-2024-b10"])
        let none = try rank(["a"], .text, regex: "a", by: "nothing")
        #expect(none.ranked == [] && reasons(none) == ["matches without its key": ["a"]])
    }

    @Test("an expression that runs on for ever is a problem of that expression")
    func endless() throws {
        let tags = [String(repeating: "a", count: 100) + "!"]
        #expect(throws: Problem.self) { try rank(tags, .text, regex: "^(a+)+$") }
    }

    @Test("dates are ordered by their parts, in the form that is named")
    func dates() throws {
        let format = try CalendarFormat("YYYY.0M.0D-MICRO")
        let tags = ["2024.01.02-3", "v2024.01.02-10", "2023.12.31-99", "2024.1.2-4", "2024.01.02"]
        #expect(try rank(tags, .dates(format)).ranked == ["v2024.01.02-10", "2024.01.02-3", "2023.12.31-99"])
        #expect(try rank(["24.4", "24.10"], .dates(CalendarFormat("YY.MM"))).ranked == ["24.10", "24.4"])
        #expect(throws: Problem.self) { try CalendarFormat("latest") }
    }

    @Test("what was pushed last is the newest, and what nobody knows the time of is not taken")
    func newest() throws {
        let times = [
            "a-1": Timestamp(microseconds: 5), "a-2": Timestamp(microseconds: 3), "b": Timestamp(microseconds: 9),
        ]
        let choice = try rank(["a-1", "a-2", "a-3", "b"], .newest(times), glob: "a-*")
        #expect(choice.ranked == ["a-1", "a-2"])
        #expect(reasons(choice) == ["the time of its push is unknown": ["a-3"], "does not match": ["b"]])
        #expect(try rank(["a-2"], .newest(times), glob: "a-*", current: "a-1").ranked == [])
    }

    @Test("stars stand for anything, and are found without going back for ever")
    func globs() {
        let cases: [(String, String, [String]?)] = [
            ("*", "", [""]), ("*", "abc", ["abc"]), ("a*c", "abbc", ["bb"]), ("a*c", "abcd", nil), ("a?c", "abc", []),
            ("a?c", "ac", nil),
            ("*-*", "a-b-c", ["a", "b-c"]), ("a*b*c", "aXbYbZc", ["X", "YbZ"]), ("", "", []), ("", "a", nil),
            ("**", "ab", ["", "ab"]),
            ("a.c", "abc", nil), ("[ab]", "a", nil), ("*é", "caffé", ["caff"]),
        ]
        for (pattern, text, stars) in cases { #expect(Glob(pattern).stars(in: text) == stars, "\(pattern) \(text)") }
        let long = String(repeating: "a", count: 128)
        #expect(Glob(String(repeating: "a*", count: 40) + "b").stars(in: long) == nil)
    }
}

/// The same numbers each time.
struct Repeatable: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
