import Daemon
import HTTPClient
import Hooks
import Lifecycle
import Model

/// The choice among the tags of a repository that has been pushed to for years: a look, less its requests.
struct TagBench {
    private let policy: TagsPlugin

    /// `track: { semver: ^1 }`, or a regular expression with numbers in a group.
    init(_ name: String) async throws(Problem) {
        let options: [(String, String)] =
            switch name {
            case "semver": [("semver", "^1")]
            case "regex": [("regex", "^1\\.(?<n>[0-9]+)\\."), ("order", "numeric"), ("by", "n")]
            default: throw Problem(.usage, "there is no measurement of \"\(name)\"")
            }
        let catalog = await PluginCatalog.load(directories: [])
        let position = Position(file: "grapnel.yaml", line: 1, column: 1)
        let members = options.map { key, text in
            LocatedValue.Member(
                key: key, keyPosition: position,
                value: LocatedValue(.string(text), at: position, source: text, text: text))
        }
        let use = PluginUse(
            plugin: name, options: LocatedValue(.object(members), at: position), position: position, place: "track")
        let services = HostServices(
            clock: SystemClock(), http: HTTPClient(), store: NoStore(), environment: [:])
        policy = TagsPlugin(
            try catalog.find(.tags, name), use,
            surroundings: HookSurroundings(limits: HookLimits(), services: services) { _, _ in })
    }

    /// The tags are those of `tags_make` in contrib/bench/baseline/tags.c.
    func choices(_ count: Int, among total: Int) async throws(Problem) -> Double {
        let tags = (0..<total).map { number in
            let mixed = number * 7919 % total
            return "1.\(mixed / 100).\(mixed % 100)" + (mixed % 5 == 0 ? "-alpine" : "")
        }
        let candidates = Candidates(tags, current: "1.0.1", times: nil)
        let watch = Stopwatch()
        for _ in 0..<count {
            let choice = try await policy.choose(among: candidates) { _ in }
            guard choice.ranked.first?.hasPrefix("1.\((total - 1) / 100).") == true else {
                throw Problem(.failed, "expected the highest of \(total) tags, found \(choice.ranked.first ?? "none")")
            }
        }
        return watch.microseconds(each: count)
    }
}
