/// Where a regular expression matched, and what its groups took.
package struct Match: Sendable {
    /// In bytes of the text's UTF-8. The first is the whole match; nil is a group that took no part.
    package let ranges: [Range<Int>?]
    package let groups: [String?]
    private let names: [(name: String, number: Int)]

    init(ranges: [Range<Int>?], bytes: [UInt8], names: [(name: String, number: Int)]) {
        self.ranges = ranges
        self.names = names
        groups = ranges.map { range in range.map { String(decoding: bytes[$0], as: UTF8.self) } }
    }

    /// What the named group took.
    package subscript(name: String) -> String? {
        guard let number = names.first(where: { $0.name == name })?.number else { return nil }
        return groups[number]
    }
}
