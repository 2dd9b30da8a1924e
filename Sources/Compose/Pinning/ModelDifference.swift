import Model
import YAML

/// Where two readings of a project do not say the same.
struct ModelDifference {
    enum Meaning: Hashable {
        case image(of: String)
        /// Below `x-…`, which compose itself does not read.
        case aside
    }

    /// `services.web.image`.
    let path: String
    let position: Position
    let meaning: Meaning?

    func isImage(of services: Set<String>) -> Bool {
        switch meaning {
        case .image(let service): services.contains(service)
        case .aside: true
        case nil: false
        }
    }

    /// Of projects with the same files.
    static func places(_ before: ComposeProject, _ after: ComposeProject) -> [ModelDifference] {
        var places: [ModelDifference] = []
        for (one, other) in zip(before.files, after.files) {
            var walk = Walk(file: one.path, before: before.variables, after: after.variables)
            walk.compare(one.root, other.root, [])
            places += walk.found
        }
        return places
    }

    /// Of two texts in which nothing stands for anything else.
    static func places(_ before: YAML.Node, _ after: YAML.Node, file: String) -> [ModelDifference] {
        var walk = Walk(file: file, before: nil, after: nil)
        walk.compare(before, after, [])
        return walk.found
    }

    private struct Walk {
        let file: String
        /// Nil where variables stand for themselves.
        let before: [String: String]?
        let after: [String: String]?
        var found: [ModelDifference] = []

        mutating func compare(_ one: YAML.Node, _ other: YAML.Node, _ path: [String]) {
            switch (one.content, other.content) {
            case (.scalar(let one), .scalar(let other)) where text(one, before) == text(other, after): break
            case (.sequence(let ones), .sequence(let others)) where ones.count == others.count:
                for (index, pair) in zip(ones, others).enumerated() {
                    compare(pair.0, pair.1, path + ["\(index)"])
                }
            case (.mapping(let ones), .mapping(let others)) where ones.map(\.name) == others.map(\.name):
                for (one, other) in zip(ones, others) { compare(one.value, other.value, path + [one.name]) }
            default: note(one, path)
            }
        }

        private mutating func note(_ node: YAML.Node, _ path: [String]) {
            var meaning: Meaning?
            if path.count == 3, path[0] == "services", path[2] == "image" { meaning = .image(of: path[1]) }
            if path.first?.hasPrefix("x-") == true { meaning = .aside }
            found.append(
                ModelDifference(
                    path: path.joined(separator: "."), position: node.start.position(in: file), meaning: meaning))
        }

        /// What cannot be understood stands for itself.
        private func text(_ scalar: YAML.Scalar, _ variables: [String: String]?) -> String {
            guard let variables else { return scalar.text }
            return (try? Template(scalar.text).text(variables)) ?? scalar.text
        }
    }
}
