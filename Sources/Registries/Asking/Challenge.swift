/// How a registry wants to be told who is asking (RFC 9110, 11.6.1).
enum Challenge: Hashable, Sendable {
    case basic
    case bearer(Bearer)

    /// Where a token can be had, and for what.
    struct Bearer: Hashable, Sendable {
        var realm: String
        var service: String?
        /// As `repository:me/web:pull`.
        var scopes: [String]
    }

    /// Of all that an answer offers, what is best. Nil when there is nothing that is understood.
    static func best(of headers: [String]) -> Challenge? {
        let all = headers.flatMap { Challenge.all(in: $0) }
        return all.first { if case .bearer = $0 { true } else { false } } ?? all.first
    }

    private static func all(in header: String) -> [Challenge] {
        var reader = HeaderReader(header)
        var found: [(scheme: String, parameters: [String: String])] = []
        while let word = reader.token() {
            if let value = reader.value() {
                guard !found.isEmpty else { return [] }
                found[found.count - 1].parameters[word.lowercased()] = value
            } else {
                found.append((word.lowercased(), [:]))
            }
        }
        return found.compactMap { scheme, parameters in
            switch scheme {
            case "basic": return .basic
            case "bearer":
                guard let realm = parameters["realm"], !realm.isEmpty else { return nil }
                let scopes = (parameters["scope"] ?? "").split(separator: " ").map(String.init)
                return .bearer(Bearer(realm: realm, service: parameters["service"], scopes: scopes))
            default: return nil
            }
        }
    }
}

/// Words and `name=value` pairs of a header, between commas and spaces.
struct HeaderReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// The next word; nil at the end, or where there is none.
    mutating func token() -> String? {
        rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" || $0 == ";" }
        let word = rest.prefix { !" ,;=\t\"<>".contains($0) }
        rest = rest.dropFirst(word.count)
        return word.isEmpty ? nil : String(word)
    }

    /// What is behind an equals sign; nil where there is none.
    mutating func value() -> String? {
        let behind = rest.drop { $0 == " " }
        guard behind.first == "=" else { return nil }
        rest = behind.dropFirst().drop { $0 == " " }
        guard rest.first == "\"" else {
            let word = rest.prefix { !" ,;\t".contains($0) }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        rest = rest.dropFirst()
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.popFirst() { text.append(escaped) } else { text.append(character) }
        }
        return text
    }

    /// What is between angle brackets, as a `Link` begins; nil where there is none.
    mutating func target() -> String? {
        rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let target = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        return String(target)
    }

    /// Whether another entry of a list begins.
    var isAtComma: Bool { rest.first { $0 != " " && $0 != "\t" } == "," }
}
