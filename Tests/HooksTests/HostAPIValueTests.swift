import LuaRuntime
import Model
import TestKit
import Testing

@Suite("The functions of agent that only compute")
struct HostAPIValueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        let value: LuaValue
        var testDescription: String { body }

        init(_ body: String, _ value: LuaValue) {
            self.body = body
            self.value = value
        }
    }

    static let cases = [
        Case(#"return agent.json.encode({ a = 1, b = { true, "x" } })"#, #"{"a":1,"b":[true,"x"]}"#),
        Case(#"return agent.json.decode('{"a": [1, 2.5, null]}').a[2]"#, 2.5),
        Case("return agent.json.encode({})", "{}"),
        // 2027-01-15 08:00 UTC, a Friday.
        Case("return agent.time.now()", 1_800_000_000),
        Case("return agent.time.iso()", "2027-01-15T08:00:00.000Z"),
        Case("return agent.time.iso(0)", "1970-01-01T00:00:00.000Z"),
        Case("return agent.time.iso(1.5)", "1970-01-01T00:00:01.500Z"),
        Case("return agent.env('PATH')", "/usr/bin:/bin"),
        Case("return agent.env('GRAPNEL_SERVICE')", "web"),
        Case("return agent.env('GRAPNEL_HOOK')", "post-up"),
        // The agent's own variables may be secrets, whatever they are called.
        Case("return agent.env('PASSWORD')", nil),
        Case("return agent.env('GRAPNEL_TOKEN')", nil),
        Case("return agent.secrets.get('token')", "s3cret"),
        Case("return agent.semver.compare('v1.2', '1.2.0')", 0),
        Case("return agent.semver.compare('1.10.0', '1.9.0')", 1),
        Case("return agent.semver.compare('1.0.0-rc.1', '1.0.0')", -1),
        Case("return agent.semver.satisfies('v2.4.1', '^2')", true),
        Case("return agent.semver.satisfies('3.0.0-beta', '^2')", false),
        Case("return agent.semver.satisfies('latest', '*')", false),
        Case("return agent.semver.highest({ 'latest', 'v1.9', 'v1.10', '2.0.0-rc.1' })", "v1.10"),
        Case("return agent.semver.highest({ '1.9.3', '2.1.0', '3.0.0' }, '^2')", "2.1.0"),
        Case("return agent.semver.highest({ '1.2', '1.2.0', '1.1.9' })", "1.2.0"),
        Case("return agent.semver.highest({ 'latest' })", nil),
        Case("local v = agent.semver.parse('v1.2.3-rc.1+b5') return v.minor .. v.prerelease .. v.build", "2rc.1b5"),
        Case("return agent.semver.parse('latest')", nil),
        Case(
            "return agent.crypto.sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Case(
            "return agent.crypto.hmac_sha256('Jefe', 'what do ya want for nothing?')",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Case("return agent.crypto.equal('same', 'same')", true),
        Case("return agent.crypto.equal('same', 'samE')", false),
        Case(#"return agent.crypto.base64_encode('\0\xff')"#, "AP8="),
        Case(#"return agent.crypto.base64_decode('AP8=') == '\0\xff'"#, true),
        Case(#"return agent.crypto.hex_encode('\0\xff')"#, "00ff"),
        Case(#"return agent.crypto.hex_decode('00Ff') == '\0\xff'"#, true),
        Case("return #agent.crypto.random(16)", 32),
        Case("return agent.crypto.random(16) == agent.crypto.random(16)", false),
    ]

    @Test("they answer as documented", arguments: cases)
    func value(case: Case) async throws {
        #expect(try await HostAPIBench().value(`case`.body) == `case`.value)
    }

    @Test("local time is that of the machine")
    func localTime() async throws {
        let value = try await HostAPIBench().value(
            "return { agent.time.local_hour(), agent.time.local_minute(), agent.time.weekday() }")
        let numbers = try #require(value.list).compactMap(\.integer)
        try #require(numbers.count == 3)
        // Zones are from 12 hours behind to 14 ahead of Friday, 8:00, in quarters of an hour.
        #expect(0...23 ~= numbers[0] && numbers[1] % 15 == 0 && 4...5 ~= numbers[2])
        let shift = (numbers[2] - 5) * 24 * 60 + numbers[0] * 60 + numbers[1] - 8 * 60
        #expect(-12 * 60...14 * 60 ~= shift)
    }

    static let mistakes = [
        ("agent.json.decode('{')", "agent.json.decode: JSON, line 1, column 2: expected a member's name in quotes"),
        ("agent.json.encode(print)", "agent.json.encode: a function cannot be written as JSON"),
        (
            "agent.time.iso('now')",
            "agent.time.iso: argument 1 (seconds) is \"now\", expected seconds since 1970"
        ),
        ("agent.secrets.get('other')", "agent.secrets.get: the section \"secrets\" of the settings has no \"other\""),
        (
            "agent.semver.compare('latest', '1')",
            "agent.semver.compare: argument 1 (a) is \"latest\", expected a version such as \"1.2.3\""
        ),
        (
            "agent.semver.satisfies('1.2', '^2.x.y')",
            "agent.semver.satisfies: \"^2.x.y\" is not a version range, expected for example \"^2\" or \">=1.4 <2\""
        ),
        (
            "agent.semver.highest('1.2')",
            "agent.semver.highest: argument 1 (tags) is \"1.2\", expected a list of strings"
        ),
        (
            "agent.crypto.hmac_sha256(12, 'text')",
            "agent.crypto.hmac_sha256: argument 1 (key) is a number value, expected a string"
        ),
        ("agent.crypto.base64_decode('AP8')", "agent.crypto.base64_decode: argument 1 (text) is not base64"),
        ("agent.crypto.hex_decode('0')", "agent.crypto.hex_decode: argument 1 (text) is not hexadecimal"),
        ("agent.crypto.random(0)", "agent.crypto.random: argument 1 (bytes) is 0, expected 1 to 1024"),
    ]

    @Test("a wrong argument is an error at its line", arguments: mistakes)
    func mistake(body: String, message: String) async {
        let found = await HostAPIBench().message(body)
        #expect(found == "test.lua:1: " + message)
    }

    @Test("a plugin outside of hooks sees only what children inherit")
    func environmentOfAPlugin() async throws {
        var bench = HostAPIBench()
        bench.point = nil
        #expect(try await bench.value("return agent.env('TZ')") == "UTC")
        #expect(try await bench.value("return agent.env('GRAPNEL_SERVICE')") == nil)
        #expect(try await bench.value("return agent.env('GRAPNEL_TOKEN')") == nil)
    }

    @Test("what is stored belongs to the file")
    func store() async throws {
        let bench = HostAPIBench()
        #expect(
            try await bench.value(
                """
                agent.store.set("seen", { tag = "1.2", count = 3 })
                agent.store.set("other", false)
                agent.store.delete("gone")
                """) == nil)
        #expect(
            try await bench.value("return agent.store.get('seen').tag .. #agent.store.keys() .. agent.store.keys()[2]")
                == "1.22seen")
        #expect(try await bench.store.storedValue("test.lua", "seen") == ["count": 3, "tag": "1.2"])
        #expect(try await bench.value("agent.store.delete('seen') return agent.store.get('seen')") == nil)
        #expect(
            await bench.message("agent.store.set('a', string.rep('x', 65536))")
                == "test.lua:1: agent.store.set: \"a\": longer than 64K, which is the most that is kept")
        #expect(
            await bench.message("agent.store.set('', 1)")
                == "test.lua:1: agent.store.set: argument 1 (key) is \"\", expected 1 to 200 bytes")
        #expect(
            await bench.message("agent.store.set('a')")
                == "test.lua:1: agent.store.set: argument 2 (value) is nil, expected a value, or agent.store.delete")
    }
}
