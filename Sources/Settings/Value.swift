import Model
import YAML

/// A value in the files, with its place. Its methods turn it into something typed or note what is wrong with it
/// and return nil.
struct Value {
    let node: YAML.Node
    let origin: Origin
    /// As messages name it: `services.web.health`, `notify[0]`.
    let place: String
    /// The same with names left out: `services.*.health`, `notify[]`.
    let schema: String
    let reading: Reading

    var position: Position { origin.position(node.start, place: place) }

    var isNull: Bool { node.scalar?.value == .null }

    /// The same value, whose keys are those of another part of the settings.
    func described(as schema: String) -> Value {
        Value(node: node, origin: origin, place: place, schema: schema, reading: reading)
    }

    func refuse(_ message: String) {
        reading.add(SettingsMistake(at: position, place: place, message))
    }

    func warn(_ message: String) {
        reading.warn(SettingsMistake(at: position, place: place, message))
    }

    /// nil, noted, if it is no mapping. Nothing at all is an empty one.
    func keys(_ expected: String = "a mapping") -> Keys? {
        if isNull { return Keys(self, pairs: []) }
        guard let pairs = node.mapping else {
            refuseKind(expected)
            return nil
        }
        return Keys(self, pairs: pairs)
    }

    /// The pairs of a mapping whose keys are the owner's names.
    func entries(_ expected: String) -> [(name: String, position: Position, value: Value)] {
        if isNull { return [] }
        guard let pairs = node.mapping else {
            refuseKind(expected)
            return []
        }
        return pairs.map { pair in
            let value = Value(
                node: pair.value, origin: origin, place: "\(place).\(pair.name)", schema: schema + ".*",
                reading: reading)
            return (pair.name, origin.position(pair.key.start, place: value.place), value)
        }
    }

    /// The elements of a list; a single value is a list of one.
    func elements() -> [Value] {
        if isNull { return [] }
        guard let nodes = node.sequence else { return [self] }
        return nodes.enumerated().map { index, node in
            Value(node: node, origin: origin, place: "\(place)[\(index)]", schema: schema + "[]", reading: reading)
        }
    }

    /// The elements of what must be a list.
    func list(_ expected: String) -> [Value] {
        if isNull { return [] }
        guard node.sequence != nil else {
            refuseKind(expected)
            return []
        }
        return elements()
    }

    func refuseKind(_ expected: String) {
        guard let scalar = node.scalar else {
            refuse("it is \(node.kind), expected \(expected)")
            return
        }
        refuse(
            scalar.value == .null ? "it is empty, expected \(expected)" : "\(quoted(scalar.text)), expected \(expected)"
        )
    }

    /// For messages: short, and on one line.
    func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(80) {
            switch scalar {
            case "\n": shown += "\\n"
            case "\t": shown += "\\t"
            case _ where scalar.properties.generalCategory == .control: shown += "\u{FFFD}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return "\"\(shown)\(text.unicodeScalars.count > 80 ? "…" : "")\""
    }
}
