import Hooks
import Lifecycle
import Model
import TestKit
import Testing

@Suite("Plugins that choose tags")
struct TagsPluginTests {
    private let home = HookHome()

    private struct Times: TagTimes {
        let known: [String: Timestamp]

        func times(of tags: [String]) async throws(Problem) -> [String: Timestamp] {
            known.filter { tags.contains($0.key) }
        }
    }

    private func use(_ plugin: String, _ options: [(String, JSON)]) -> PluginUse {
        let position = Position(file: "grapnel.yaml", line: 1, column: 1)
        let members = options.map { key, value in
            let content: LocatedValue.Content =
                switch value {
                case .bool(let truth): .bool(truth)
                default: .string(value.string ?? "")
                }
            return LocatedValue.Member(
                key: key, keyPosition: position,
                value: LocatedValue(content, at: position, source: value.string, text: value.string ?? value.text))
        }
        return PluginUse(
            plugin: plugin, options: LocatedValue(.object(members), at: position), position: position, place: "track")
    }

    private func choose(
        _ plugin: String, _ options: [(String, JSON)], _ tags: [String], current: String? = nil,
        times: [String: Timestamp] = [:]
    ) async throws -> TagChoice {
        let catalog = await PluginCatalog.load(directories: [home.tree.path("plugins")])
        let use = use(plugin, options)
        #expect(catalog.check(use, as: .tags, allowed: []) == [])
        let policy = TagsPlugin(try catalog.find(.tags, plugin), use, surroundings: home.surroundings)
        let candidates = Candidates(tags, current: current, times: Times(known: times))
        return try await policy.choose(among: candidates) { _ in }
    }

    @Test("each of the shipped ones chooses as it says")
    func shipped() async throws {
        #expect(try await choose("semver", [("semver", "^1")], ["1.2.0", "1.10.0", "2.0.0"]).ranked.first == "1.10.0")
        #expect(
            try await choose("semver", [("semver", "^1"), ("prerelease", true)], ["1.2.0", "1.10.0-rc.1"]).ranked.first
                == "1.10.0-rc.1")
        #expect(
            try await choose("glob", [("glob", "2024-*")], ["2024-01", "2024-11", "2025-01"]).ranked.first == "2024-11")
        #expect(
            try await choose("glob", [("glob", "b-*"), ("order", "numeric")], ["b-9", "b-10"]).ranked.first == "b-10")
        let regex: [(String, JSON)] = [("regex", "^build-(?<n>[0-9]+)$"), ("order", "numeric"), ("by", "n")]
        #expect(try await choose("regex", regex, ["build-9", "build-10", "latest"]).ranked == ["build-10", "build-9"])
        #expect(
            try await choose("numeric", [("numeric", "build-*")], ["build-9", "build-10"]).ranked.first == "build-10")
        #expect(try await choose("calver", [("calver", "YY.MM")], ["24.4", "24.10"]).ranked.first == "24.10")
        let times = ["a": Timestamp(microseconds: 2), "b": Timestamp(microseconds: 1)]
        #expect(try await choose("newest", [("newest", "*")], ["a", "b", "c"], times: times).ranked == ["a", "b"])
        let down = try await choose("semver", [("semver", "*")], ["1.0.0"], current: "2.0.0")
        #expect(down.ranked == [] && down.seen == 1 && down.dropped.map(\.reason) == ["lower than 2.0.0, which runs"])
    }

    @Test("a plugin of one's own may answer in several ways, and nothing that there is not")
    func own() async throws {
        func answer(_ code: String) async throws -> TagChoice {
            home.tree.file(
                "plugins/tags/own.lua",
                """
                return {
                  api = 1, kind = "tags", name = "own", summary = "Mine",
                  select = function(request, options, agent) return \(code) end,
                }
                """)
            return try await choose("own", [], ["1", "2", "3"], current: "2")
        }
        #expect(try await answer("request.current").ranked == ["2"])
        #expect(try await answer("{ request.tags[3], request.tags[1] }").ranked == ["3", "1"])
        #expect(try await answer("nil").ranked == [])
        #expect(try await answer("{}").ranked == [])
        #expect(
            try await answer("{ ranked = { \"1\" }, dropped = { { reason = \"odd\", count = 2 } } }").dropped.first?
                .count == 2)
        for code in ["\"9\"", "{ \"9\" }", "true", "{ 1, 2, {} }", "{ ranked = 7 }", "error(\"no\")"] {
            await #expect(throws: Problem.self, "\(code)") { try await answer(code) }
        }
    }
}
