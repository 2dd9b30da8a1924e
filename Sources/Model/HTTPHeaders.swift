/// The header fields of a request or an answer, in the order in which they came.
///
/// Names compare without case, and a name may come more than once.
package struct HTTPHeaders: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init(_ fields: [(String, String)] = []) {
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
    }

    package var count: Int { fields.count }

    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first field of that name.
    package subscript(name: String) -> String? {
        fields.first { Self.same($0.name, name) }?.value
    }

    /// Every field of that name, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    private static func same(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        var rest = other.utf8.makeIterator()
        for byte in one.utf8 where lower(byte) != rest.next().map(lower) { return false }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeaders {
    /// Whether the text may stand as a header's name or as a method: a token of RFC 9110.
    ///
    /// Anything else, a line break above all, would let whoever chose the text write headers of their own.
    package static func isToken(_ text: String) -> Bool {
        for byte in text.utf8 where !tokenBytes[Int(byte)] { return false }
        return !text.isEmpty
    }

    /// Whether the text may stand as a header's value: no control characters but the tab.
    package static func isValue(_ text: String) -> Bool {
        for byte in text.utf8 where byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
        return true
    }

    private static let tokenBytes: [Bool] = {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
        var table = [Bool](repeating: false, count: 256)
        for byte in letters.utf8 { table[Int(byte)] = true }
        return table
    }()
}
