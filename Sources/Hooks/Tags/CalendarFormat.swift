import Model
import RegularExpressions

/// The form of a calendar version (calver.org): `YYYY.0M.0D-MICRO`.
struct CalendarFormat: Sendable {
    private let expression: RegularExpression

    private static let words: [(word: String, pattern: String)] = [
        ("YYYY", "[0-9]{4}"), ("YY", "[0-9]{1,3}"), ("0Y", "[0-9]{2,3}"), ("MM", "[0-9]{1,2}"), ("0M", "[0-9]{2}"),
        ("WW", "[0-9]{1,2}"), ("0W", "[0-9]{2}"), ("DD", "[0-9]{1,2}"), ("0D", "[0-9]{2}"), ("MAJOR", "[0-9]+"),
        ("MINOR", "[0-9]+"), ("MICRO", "[0-9]+"),
    ]

    init(_ text: String) throws(Problem) {
        var pattern = "^v?"
        var rest = text[...]
        var count = 0
        while let first = rest.first {
            if let known = CalendarFormat.words.first(where: { rest.hasPrefix($0.word) }) {
                pattern += "(\(known.pattern))"
                rest = rest.dropFirst(known.word.count)
                count += 1
            } else {
                let isPlain = first.isASCII && (first.isLetter || first.isNumber || first == "-" || first == "_")
                pattern += isPlain ? String(first) : "\\\(first)"
                rest = rest.dropFirst()
            }
        }
        guard count > 0 else {
            let words = CalendarFormat.words.map(\.word).joined(separator: ", ")
            throw Problem(
                .invalid, "\"\(text)\" is no form of a date: expected for example \"YYYY.0M.0D\", of \(words)")
        }
        expression = try RegularExpression(pattern + "$")
    }

    /// The numbers in their order; nil for a tag of another form, or with a month or a day that there is not.
    func numbers(of tag: String) throws(Problem) -> [UInt64]? {
        guard let match = try expression.match(tag) else { return nil }
        let numbers = match.groups.dropFirst().compactMap { $0.flatMap { UInt64($0) } }
        return numbers.count == match.groups.count - 1 ? numbers : nil
    }
}
