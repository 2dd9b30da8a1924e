import Model
import YAML

/// The keys of a mapping. Each is asked for once; those that nobody asked for are unknown.
struct Keys {
    let value: Value
    private let pairs: [YAML.Node.Pair]
    private var asked: [String] = []
    private var missing: [String] = []
    private var refused: Set<String> = []

    init(_ value: Value, pairs: [YAML.Node.Pair]) {
        self.value = value
        self.pairs = pairs
    }

    mutating func value(_ key: String) -> Value? {
        asked.append(key)
        let pair = pairs.first { $0.name == key }
        let schema = Keys.path(value.schema, key)
        value.reading.ask(schema, isFound: pair != nil)
        guard let pair else { return nil }
        let place = Keys.path(value.place, key)
        if Unbuilt.keys.contains(schema) {
            let position = value.origin.position(pair.key.start, place: place)
            value.reading.warn(SettingsMistake(at: position, place: place, "accepted, but not built yet"))
        }
        return Value(node: pair.value, origin: value.origin, place: place, schema: schema, reading: value.reading)
    }

    /// nil if there is no such key, or its value was refused.
    mutating func read<Result>(_ key: String, _ read: (Value) -> Result?) -> Result? {
        value(key).flatMap(read)
    }

    /// Like `read`, where the key must be there: `finish` says so if it is not.
    mutating func require<Result>(_ key: String, _ read: (Value) -> Result?) -> Result? {
        guard let found = value(key) else {
            missing.append(key)
            return nil
        }
        return read(found)
    }

    /// A key that is known and has no place here.
    mutating func refuse(_ key: String, _ message: String) {
        guard let pair = pairs.first(where: { $0.name == key }) else { return }
        refused.insert(key)
        let place = Keys.path(value.place, key)
        let position = value.origin.position(pair.key.start, place: place)
        value.reading.add(SettingsMistake(at: position, place: place, message))
    }

    /// Notes every key that nobody asked for, and those that are missing, unless they are only misspelt.
    func finish() {
        var misspelt: Set<String> = []
        for pair in unknown where !isExtension(pair) {
            let place = Keys.path(value.place, pair.name)
            let position = value.origin.position(pair.key.start, place: place)
            var message = "unknown key, expected \(Keys.listed(asked))"
            if let meant = Nearest.word(to: pair.name, among: asked) {
                misspelt.insert(meant)
                message = "unknown key, did you mean \"\(meant)\"?"
            }
            value.reading.add(SettingsMistake(at: position, place: place, message))
        }
        for key in missing where !misspelt.contains(key) { value.refuse("the key \"\(key)\" is missing") }
    }

    /// What nobody asked for, as options of a plugin.
    func options() -> LocatedValue { LocatedValue(.object(optionMembers()), at: value.position) }

    func optionMembers() -> [LocatedValue.Member] {
        unknown.map { pair in
            let option = Value(
                node: pair.value, origin: value.origin, place: Keys.path(value.place, pair.name),
                schema: value.schema, reading: value.reading)
            return LocatedValue.Member(
                key: pair.name, keyPosition: value.origin.position(pair.key.start, place: option.place),
                value: option.located())
        }
    }

    private var unknown: [YAML.Node.Pair] {
        let known = refused.union(asked)
        return pairs.filter { !known.contains($0.name) }
    }

    /// At the top, `x-…` is a place for anchors, as in compose files.
    private func isExtension(_ pair: YAML.Node.Pair) -> Bool { value.place.isEmpty && pair.name.hasPrefix("x-") }

    static func path(_ place: String, _ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    /// `"a"`, `"a" or "b"`, `"a", "b" or "c"`.
    static func listed(_ words: [String]) -> String {
        let quoted = words.map { "\"\($0)\"" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
