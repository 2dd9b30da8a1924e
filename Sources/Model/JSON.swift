/// A JSON value. The members of an object keep their order, so that what is printed for people and
/// what was received for signing stays in the order in which it was written.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(Members)

    /// The members of an object, in order. Lookups go from the end, so that the last of two equal keys wins.
    package struct Members: Hashable, Sendable {
        package private(set) var pairs: [Pair] = []

        package struct Pair: Hashable, Sendable {
            package let key: String
            package var value: JSON
        }

        package init() {}

        package init(_ pairs: some Sequence<(String, JSON)>) {
            self.pairs = pairs.map { Pair(key: $0.0, value: $0.1) }
        }

        package subscript(key: String) -> JSON? {
            get { pairs.last { $0.key == key }?.value }
            set {
                let place = pairs.lastIndex { $0.key == key }
                switch (place, newValue) {
                case (let place?, let value?): pairs[place].value = value
                case (let place?, nil): pairs.remove(at: place)
                case (nil, let value?): pairs.append(Pair(key: key, value: value))
                case (nil, nil): break
                }
            }
        }

        /// For the parser, which must not search through all members for each one that it adds.
        package mutating func append(_ key: String, _ value: JSON) {
            pairs.append(Pair(key: key, value: value))
        }

        package var isEmpty: Bool { pairs.isEmpty }
        package var count: Int { pairs.count }
    }
}

// MARK: - Reading

extension JSON {
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    package subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// A whole number, also when it was written as a float (`4.0`).
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: Members? {
        if case .object(let value) = self { value } else { nil }
    }

    package var isNull: Bool { self == .null }
}

// MARK: - Literals

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Members(elements)) }

    /// `.null` for nil, so that optional fields can be written in place.
    package init(_ value: String?) { self = value.map(JSON.string) ?? .null }
    package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    package init(_ value: Bool?) { self = value.map(JSON.bool) ?? .null }
}
