import Journal
import Model
import Testing

@Suite struct StoreTests {
    let home = TestJournal()

    @Test func whatAHookKeepsIsThereAfterARestartAndBelongsToItsScope() async throws {
        var journal = try home.open()
        let value: JSON = ["count": 3, "list": [1, 2.5, nil, "é"]]
        try await journal.storeValue(value, "web.lua", "seen")
        try await journal.storeValue(false, "web.lua", "a")
        try await journal.storeValue("other", "api.lua", "seen")
        await journal.close()
        journal = try home.open()
        #expect(try await journal.storedValue("web.lua", "seen") == value)
        #expect(try await journal.storedKeys("web.lua") == ["a", "seen"])
        try await journal.storeValue(nil, "web.lua", "seen")
        #expect(try await journal.storedValue("web.lua", "seen") == nil)
        #expect(try await journal.storedValue("api.lua", "seen") == "other")
        await journal.close()
    }

    @Test func aScopeHasRoomForSoManyKeys() async throws {
        let journal = try home.open { $0.store.keys = 3 }
        for key in ["a", "b", "c"] { try await journal.storeValue(1, "web.lua", key) }
        await #expect(
            throws: Problem(.limit, "store of \"web.lua\": \"d\" would be one key too many, expected at most 3")
        ) { try await journal.storeValue(1, "web.lua", "d") }
        // A key that is there may change, and other scopes have room of their own.
        try await journal.storeValue(2, "web.lua", "c")
        try await journal.storeValue(1, "api.lua", "d")
        try await journal.storeValue(nil, "web.lua", "a")
        try await journal.storeValue(1, "web.lua", "d")
        #expect(try await journal.storedKeys("web.lua") == ["b", "c", "d"])
        await journal.close()
    }

    @Test func keysValuesAndWholeScopesHaveALargestSize() async throws {
        let journal = try home.open {
            $0.store.keyBytes = 4
            $0.store.valueBytes = 20
            $0.store.totalBytes = 50
        }
        await #expect(throws: Problem(.limit, "store of \"s\": a key has 6 bytes, expected at most 4")) {
            try await journal.storeValue(1, "s", "ééé")
        }
        let long = JSON.string(String(repeating: "x", count: 19))
        await #expect(
            throws: Problem(.limit, "store of \"s\": the value of \"k\" has 21 bytes as JSON, expected at most 20")
        ) { try await journal.storeValue(long, "s", "k") }
        let fits = JSON.string(String(repeating: "x", count: 18))
        try await journal.storeValue(fits, "s", "k1")
        try await journal.storeValue(fits, "s", "k2")
        await #expect(
            throws: Problem(.limit, "store of \"s\": with \"k3\" it would have 66 bytes, expected at most 50")
        ) { try await journal.storeValue(fits, "s", "k3") }
        // Replacing counts once.
        try await journal.storeValue(fits, "s", "k2")
        #expect(try await journal.storedKeys("s") == ["k1", "k2"])
        await journal.close()
    }
}
