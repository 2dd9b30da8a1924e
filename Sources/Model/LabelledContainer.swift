/// A container whose labels say something to this program.
package struct LabelledContainer: Hashable, Sendable {
    package let name: String
    /// Those that begin with `grapnel.`, as its owner has set them: what its image says is not among them.
    package let labels: [String: String]

    package init(name: String, labels: [String: String]) {
        self.name = name
        self.labels = labels
    }

    package static let prefix = "grapnel"
    /// Without it nothing else that its labels say counts.
    package static let switchLabel = "grapnel.enable"
}

// MARK: - For the journal

extension LabelledContainer {
    package var json: JSON {
        [
            "container": .string(name),
            "labels": .object(JSON.Members(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
        ]
    }

    package init?(json: JSON) {
        guard let name = json["container"]?.string, let labels = json["labels"]?.object else { return nil }
        self.init(
            name: name,
            labels: Dictionary(labels.pairs.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 }))
    }
}
