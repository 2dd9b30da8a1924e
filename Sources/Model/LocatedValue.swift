/// A value from a settings file that remembers where it stands, for checks that only a later module can
/// make: a plugin's options are checked against its manifest by what reads manifests.
package struct LocatedValue: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case array([LocatedValue])
        case object([Member])
    }

    package struct Member: Hashable, Sendable {
        package let key: String
        package let keyPosition: Position
        package let value: LocatedValue

        package init(key: String, keyPosition: Position, value: LocatedValue) {
            self.key = key
            self.keyPosition = keyPosition
            self.value = value
        }
    }

    package let content: Content
    package let position: Position
    /// What the file says, before `${NAME}` was expanded. Messages quote this, so that no secret that came
    /// from a variable or a file is ever printed.
    package let source: String?
    /// The characters of a scalar: what an option that takes text gets, because `1.20` as a number is 1.2.
    package let text: String?

    package init(_ content: Content, at position: Position, source: String? = nil, text: String? = nil) {
        self.content = content
        self.position = position
        self.source = source
        self.text = text
    }

    package subscript(key: String) -> LocatedValue? {
        guard case .object(let members) = content else { return nil }
        return members.last { $0.key == key }?.value
    }

    package var json: JSON {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .array(let elements): .array(elements.map(\.json))
        case .object(let members): .object(.init(members.lazy.map { ($0.key, $0.value.json) }))
        }
    }
}
