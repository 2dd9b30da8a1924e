import Model
import YAML

/// Labels as the keys that a file would have: `grapnel.health.http` is `http` in the mapping `health`.
struct LabelTree {
    private var text: String?
    private var children: [String: LabelTree] = [:]

    /// No key lies deeper; what is longer is one key that nobody knows.
    private static let depth = 8
    /// Where a label may hold a list, as in `["02:00-04:00", "Sun 00:00-24:00"]`. Elsewhere a bracket is a part of the
    /// text, as in a regular expression.
    private static let lists: Set = [
        "grapnel.windows", "grapnel.allow_images", "grapnel.health.exec", "grapnel.health.http.status",
        "grapnel.track.exclude",
    ]
    private static let track = "grapnel.track"

    init(_ labels: [String: String]) {
        for (name, text) in labels {
            let parts = name.split(separator: ".", maxSplits: LabelTree.depth, omittingEmptySubsequences: false)
            insert(text, parts.dropFirst())
        }
    }

    private init() {}

    private mutating func insert(_ text: String, _ path: ArraySlice<Substring>) {
        guard let first = path.first else {
            self.text = text
            return
        }
        children[String(first), default: LabelTree()].insert(text, path.dropFirst())
    }

    /// All of it. What cannot be put together is noted, and missing.
    func root(_ origin: Origin, _ reading: Reading) -> Value {
        let value = Value(
            node: mapping(at: LabelledContainer.prefix, origin, reading), origin: origin,
            place: LabelledContainer.prefix, schema: "services.*", reading: reading)
        if text != nil { value.refuse("it is no setting, expected for example \"grapnel.health.http\"") }
        return value
    }

    private func mapping(at place: String, _ origin: Origin, _ reading: Reading) -> YAML.Node {
        let pairs = children.sorted { $0.key < $1.key }.compactMap { name, child in
            child.node(at: "\(place).\(name)", origin, reading).map { YAML.Node.Pair(name, $0) }
        }
        return YAML.Node(made: .mapping(pairs))
    }

    private func node(at place: String, _ origin: Origin, _ reading: Reading) -> YAML.Node? {
        func refuse(_ message: String) {
            reading.add(
                SettingsMistake(at: origin.position(LabelTree.nowhere, place: place), place: place, message))
        }
        guard let text else { return mapping(at: place, origin, reading) }
        if place == LabelTree.track {
            guard let tree = withPolicy(text, refuse) else { return nil }
            return tree.mapping(at: place, origin, reading)
        }
        guard children.isEmpty else {
            refuse("it stands beside labels that begin with \"\(place).\", expected either it or them")
            return nil
        }
        guard LabelTree.lists.contains(place), text.hasPrefix("[") else { return YAML.Node(plain: text) }
        guard let list = try? YAML.parse(Array(text.utf8), file: place), list.sequence != nil else {
            refuse("it is not a list, expected for example [\"a\", \"b\"]")
            return nil
        }
        return list
    }

    /// `grapnel.track=semver:^2` is `grapnel.track.semver=^2`.
    private func withPolicy(_ text: String, _ refuse: (String) -> Void) -> LabelTree? {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            refuse("it names no way to choose a release, expected for example \"tag:latest\" or \"semver:^2\"")
            return nil
        }
        let policy = String(text[..<colon])
        guard children[policy] == nil else {
            refuse("it stands beside \"\(LabelTree.track).\(policy)\", expected either of them")
            return nil
        }
        var tree = self
        tree.insert(String(text[text.index(after: colon)...]), [policy[...]])
        return tree
    }

    private static let nowhere = YAML.Node(made: .mapping([])).start
}
