import LuaRuntime
import Model
import Testing

@Suite struct LuaValueJSONTests {
    @Test func jsonPassesThroughLuaAndBack() async throws {
        let images: JSON = [["size": 10, "tag": "1.2"], ["size": 12, "tag": "1.3"]]
        let json: JSON = ["name": "web", "replicas": 3, "load": 0.5, "up": true, "images": images]
        let script = try await Script("return function(v) return v end")
        let back = try await script.call(nil, LuaValue(json))[0].json()
        // Members come back sorted by name.
        let sorted: JSON = ["images": images, "load": 0.5, "name": "web", "replicas": 3, "up": true]
        #expect(back == sorted)
    }

    @Test func nullIsLeftOut() async throws {
        #expect(LuaValue(["a": nil, "b": 1] as JSON) == ["b": 1])
        let script = try await Script("return function(v) return v[1], v[2], v[3] end")
        #expect(try await script.call(nil, LuaValue([1, nil, 3] as JSON)) == [1, nil, 3])
    }

    @Test func anEmptyTableIsAnObject() throws {
        #expect(try LuaValue.table(LuaTable()).json() == .object(JSON.Members()))
    }

    @Test(arguments: [
        ("{ 1, 2, x = 3 }", "a table with both a list and named fields cannot be written as JSON"),
        ("{ [3] = 1 }", "a table whose keys are not all strings cannot be written as JSON"),
        ("{ print }", "a function cannot be written as JSON"),
        ("{ 0 / 0 }", "-nan is not a number that JSON has"),
        ("{ 1 / 0 }", "inf is not a number that JSON has"),
    ])
    func whatJSONHasNotIsAProblem(source: String, message: String) async throws {
        let value = try await Script.run("return \(source)")[0]
        #expect(throws: Problem(.invalid, message)) { try value.json() }
    }

    @Test func depthIsBounded() throws {
        var value: LuaValue = 1
        for _ in 0..<50 { value = [value] }
        #expect(throws: Problem(.limit, "tables nested too deep for JSON")) { try value.json(maximumDepth: 20) }
    }

    @Test func textThatIsNotUTF8GetsReplacementCharacters() throws {
        #expect(try LuaValue.string([0x61, 0xFF]).json() == "a\u{FFFD}")
    }
}
