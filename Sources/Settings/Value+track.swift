import Model
import YAML

extension Value {
    /// The shipped plugins of the kind `tags` whose name is a key of its own.
    private static let policies = ["semver", "glob", "regex", "newest", "calver", "numeric"]

    func track() -> (Track?, TagLimits) {
        guard var keys = keys("a mapping, for example { tag: latest }") else { return (nil, TagLimits()) }
        var limits = TagLimits()
        limits.exclude = keys.read("exclude") { $0.elements().compactMap { $0.text("a pattern") } } ?? []
        limits.age = keys.read("age") { $0.duration(atLeast: .seconds(1)) }
        return (track(&keys), limits)
    }

    private func track(_ keys: inout Keys) -> Track? {
        let ways = (["tag", "plugin"] + Value.policies).compactMap { name in keys.value(name).map { (name, $0) } }
        guard let (name, value) = ways.first else {
            keys.finish()
            return nil
        }
        if ways.count > 1 {
            refuse("it has \(ways.map { "\"\($0.0)\"" }.joined(separator: " and ")), expected only one of them")
            return nil
        }
        switch name {
        case "tag":
            keys.finish()
            return value.parsed("a tag", "for example \"latest\"") { ImageReference.isTag($0[...]) ? .tag($0) : nil }
        case "plugin":
            guard let plugin = value.text("a plugin's name") else { return nil }
            let options = LocatedValue(.object(keys.optionMembers()), at: position)
            return .plugin(PluginUse(plugin: plugin, options: options, position: value.position, place: place))
        default:
            return policy(name, value, others: keys.optionMembers())
        }
    }

    private func policy(_ name: String, _ value: Value, others: [LocatedValue.Member]) -> Track? {
        let text =
            switch name {
            case "semver": value.versionRange()?.text
            case "regex": value.regularExpression()
            default: value.text("a pattern")
            }
        guard let text else { return nil }
        let main = LocatedValue(.string(text), at: value.position, source: value.node.scalar?.text, text: text)
        let member = LocatedValue.Member(key: name, keyPosition: value.position, value: main)
        let options = LocatedValue(.object([member] + others), at: position)
        return .plugin(PluginUse(plugin: name, options: options, position: value.position, place: place))
    }
}
