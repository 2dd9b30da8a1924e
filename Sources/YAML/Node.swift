extension YAML {
    /// A value in a document, with the place where it was written. What came through an alias or a merge
    /// key has the place of the original.
    package struct Node: Sendable {
        package indirect enum Content: Sendable {
            case scalar(Scalar)
            case sequence([Node])
            case mapping([Pair])
        }

        package struct Pair: Sendable {
            package let key: Node
            package let value: Node
            /// It stands in another mapping, which `<<` brought in.
            package let isMerged: Bool

            /// Keys are scalars: anything else is refused when the file is read.
            package var name: String { key.scalar?.text ?? "" }
        }

        package let content: Content
        package let start: Mark
        /// Just behind the last character. A block collection ends where the parser noticed, which may be lines later.
        package let end: Mark
        /// As it was written (`!!str`, `!reset`), resolved to its long form.
        package let tag: String?
        package let anchor: String?
        /// It was written as `*name`, and is the node that `&name` marks.
        package let isAlias: Bool

        package var scalar: Scalar? {
            if case .scalar(let scalar) = content { scalar } else { nil }
        }

        package var sequence: [Node]? {
            if case .sequence(let nodes) = content { nodes } else { nil }
        }

        package var mapping: [Pair]? {
            if case .mapping(let pairs) = content { pairs } else { nil }
        }

        package subscript(key: String) -> Node? { mapping?.first { $0.name == key }?.value }

        /// What kind of value it is, as messages say it.
        package var kind: String {
            switch content {
            case .sequence: "a list"
            case .mapping: "a mapping"
            case .scalar(let scalar):
                switch scalar.value {
                case .null: "nothing"
                case .bool: "true or false"
                case .integer, .number: "a number"
                case .string: "text"
                }
            }
        }
    }
}
