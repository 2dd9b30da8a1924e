import Model

/// The names of a script's releases. They come from a command's output or from a request, and end as variables in
/// shell scripts.
enum Revision {
    static let longest = 200

    /// Throws what is wrong with the name; `place` says where it came from.
    static func checked(_ name: String, _ code: Problem.Code, at place: String) throws(Problem) -> String {
        let fault: String? =
            if name.isEmpty {
                "it is empty"
            } else if name.count > longest || name.utf8.count > 4 * longest {
                "it is longer than \(longest) characters"
            } else if let scalar = name.unicodeScalars.first(where: { !$0.isHarmless || $0 == "\t" || $0 == "\u{FFFD}" }
            ) {
                "it contains the character U+\(String(scalar.value, radix: 16, uppercase: true))"
            } else if name.hasPrefix("-") {
                // `git checkout $GRAPNEL_TO` would take it for an option.
                "it begins with \"-\""
            } else {
                nil
            }
        guard let fault else { return name }
        let shown = String(harmless: Array(name.utf8.prefix(80)))
        throw Problem(
            code,
            "\(place): \"\(shown)\" cannot name a revision: \(fault), expected 1 to \(longest) printable characters")
    }

    /// The first line of what the `revision` command printed, up to a tab: `git ls-remote` writes the name of the
    /// branch behind one.
    static func firstLine(of text: String, isWhole: Bool, at place: String) throws(Problem) -> String {
        let line = text.prefix { !$0.isNewline }
        if line.isEmpty || line.allSatisfy(\.isWhitespace) {
            throw Problem(.invalid, "\(place): the first line of its output is empty, expected a revision")
        }
        guard isWhole || line.endIndex < text.endIndex else {
            throw Problem(.invalid, "\(place): its output has no end of line, expected a revision on a line of its own")
        }
        let name = line.drop { $0.isWhitespace }.prefix { $0 != "\t" }
        let end = name.lastIndex { !$0.isWhitespace }.map { name.index(after: $0) } ?? name.endIndex
        return try checked(String(name[..<end]), .invalid, at: place)
    }
}
