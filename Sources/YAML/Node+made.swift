extension YAML.Node {
    /// A value that stands in no text. Whoever makes it knows how to tell its place.
    package init(made content: Content) {
        let nowhere = YAML.Mark(offset: 0, line: 0, column: 0)
        self.init(content: content, start: nowhere, end: nowhere, tag: nil, anchor: nil, isAlias: false)
    }

    /// A scalar as a file has it without quotes.
    package init(plain text: String) {
        self.init(
            made: .scalar(YAML.Scalar(text: text, style: .plain, value: YAML.Scalar.Value(resolving: text))))
    }
}

extension YAML.Node.Pair {
    package init(_ name: String, _ value: YAML.Node) {
        let key = YAML.Scalar(text: name, style: .plain, value: .string(name))
        self.init(key: YAML.Node(made: .scalar(key)), value: value, isMerged: false)
    }
}
