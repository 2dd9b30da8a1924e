import Journal
import Model
import Testing

struct DiscoveredTests {
    let home = TestJournal()

    @Test func whatWasFoundIsThereAfterARestartUntilItIsForgotten() async throws {
        var journal = try home.open()
        #expect(try await journal.discovered().isEmpty)
        let web = LabelledContainer(name: "web-1", labels: ["grapnel.enable": "true", "grapnel.poll": "é\n"])
        let api = LabelledContainer(name: "api", labels: [:])
        try await journal.rememberDiscovered(["web": web, "api": api], forget: [])
        await journal.close()
        journal = try home.open()
        #expect(try await journal.discovered() == ["web": web, "api": api])
        let changed = LabelledContainer(name: "web-1", labels: ["grapnel.enable": "yes"])
        try await journal.rememberDiscovered(["web": changed], forget: ["api", "nobody"])
        #expect(try await journal.discovered() == ["web": changed])
        await journal.close()
    }

    /// Hooks have bounds of their own; a machine may have more containers than that.
    @Test func thereIsRoomForAsManyAsThereAre() async throws {
        let journal = try home.open { $0.store.keys = 3 }
        let long = String(repeating: "x", count: 100_000)
        let containers = (0..<300).map { ("web-\($0)", LabelledContainer(name: "c\($0)", labels: ["grapnel.x": long])) }
        try await journal.rememberDiscovered(Dictionary(containers) { $1 }, forget: [])
        #expect(try await journal.discovered().count == 300)
        // And none of them is any hook's.
        try await journal.storeValue(1, "web.lua", "a")
        #expect(try await journal.storedKeys("web.lua") == ["a"])
        await journal.close()
    }
}
