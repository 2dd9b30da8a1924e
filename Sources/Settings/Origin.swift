import Model
import YAML

/// Where values come from, which is how their places are told.
enum Origin {
    case file(String)
    /// The labels of a container; `place` is then a label's name.
    case labels(Set<String>, container: String)

    func position(_ mark: YAML.Mark, place: String) -> Position {
        switch self {
        case .file(let file): return mark.position(in: file)
        case .labels(let names, let container):
            // A part of a label's value is told by the label.
            var label = place.prefix { $0 != "[" }
            while !names.contains(where: { $0 == label || $0.hasPrefix(label + ".") }),
                let dot = label.lastIndex(of: ".")
            {
                label = label[..<dot]
            }
            return .label(String(label), ofContainer: container)
        }
    }
}
