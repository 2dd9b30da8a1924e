import Model
import Testing

struct VersionTests {
    /// The order of semver.org's own example, with some neighbours.
    @Test func ordersByPrecedence() throws {
        let texts = [
            "0.0.0-0", "0.0.0", "0.9.10", "0.10.0", "1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0-99999999999999999999",
            "1.0.0-100000000000000000000", "1.0.0--", "1.0.0-A", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "2.0.0", "2.1.0",
            "2.1.1", "10.0.0",
        ]
        let versions = try texts.map { try #require(Version($0), "\($0)") }
        for (index, version) in versions.enumerated() {
            for (other, next) in versions.enumerated() {
                #expect((version < next) == (index < other), "\(version) < \(next)")
                #expect((version == next) == (index == other), "\(version) == \(next)")
            }
            #expect(version.description == texts[index])
        }
    }

    @Test func ignoresBuildMetadataInComparisons() {
        #expect(Version("1.0.0+a") == Version("1.0.0+b.1"))
        #expect(Version("1.0.0-rc+exp.sha.5114f85")?.description == "1.0.0-rc+exp.sha.5114f85")
    }

    @Test(arguments: [
        "0.0.4", "1.2.3", "1.1.2-prerelease+meta", "1.1.2+meta-valid", "1.0.0-alpha.0valid", "1.0.0-alpha0.beta",
        "1.0.0-rc.1+build.123", "1.2.3----RC-SNAPSHOT.12.9.1--.12", "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
        "1.0.0-0A.is.legal", "2.0.0+build.0848",
    ])
    func takesWhatSemVerAllows(text: String) {
        #expect(Version(text)?.description == text)
    }

    @Test(arguments: [
        "", "1", "1.2", "1.2.3-", "1.2.3+", "1.2.3-0123", "1.2.3-0123.0123", "1.1.2+.123", "+invalid", "-invalid",
        "alpha", "alpha.1", "1.0.0-alpha_beta", "1.0.0-alpha..", "1.0.0-alpha..1", "01.1.1", "1.01.1", "1.1.01",
        "1.2.3.DEV", "1.2-SNAPSHOT", "v1.2.3", "1.2.3 ", " 1.2.3", "1.2.3+a+b", "-1.0.0", "1.0.0-é",
        "99999999999999999999.0.0", "1.2.3.4",
    ])
    func refusesEverythingElse(text: String) {
        #expect(Version(text) == nil)
    }

    @Test(arguments: [
        ("v1.2.3", "1.2.3"), ("V2", "2.0.0"), ("1.21", "1.21.0"), ("22.04", "22.4.0"), ("7", "7.0.0"),
        ("1.2-alpine", "1.2.0-alpine"), ("1.2.3-alpine3.19", "1.2.3-alpine3.19"), ("1.2.3-rc_1", "1.2.3-rc_1"),
        ("2024.01.05", "2024.1.5"), ("latest", nil), ("1.2.3.4", nil), ("", nil), ("v", nil), ("1.", nil),
        ("sha-1", nil), ("1.2.3_4", nil), ("1alpine", nil),
    ])
    func readsTagsTheWayPeopleWriteThem(tag: String, expected: String?) {
        #expect(Version(tag: tag)?.description == expected)
    }
}
