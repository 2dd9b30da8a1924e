import Model

/// A tag that tells a version, as images have them: `v1.2.3-rc.1-alpine3.19`.
///
/// What follows a hyphen is a pre-release where it begins with a word for one, or with a number, and otherwise the name
/// of a variant: by the letter of SemVer every `1.2.3-alpine` would be a pre-release of 1.2.3.
struct VersionTag: Sendable {
    let tag: String
    let version: Version
    /// How many numbers were given.
    let count: Int
    let hasPrefix: Bool
    /// With its hyphen; empty for none.
    let variant: String

    private static let words = [
        "alpha", "beta", "rc", "pre", "preview", "dev", "develop", "snapshot", "nightly", "canary", "next", "edge",
        "ea",
        "test", "unstable", "a", "b", "m",
    ]

    /// Nil for a tag that is no version.
    init?(_ tag: String) {
        let bytes = tag.utf8
        let isPrefixed = bytes.first == UInt8(ascii: "v") || bytes.first == UInt8(ascii: "V")
        var rest = isPrefixed ? tag.dropFirst() : tag[...]
        // Helm writes a + as _, since a tag may not have one.
        let mark = rest.utf8.firstIndex(of: UInt8(ascii: "_"))
        let build = mark.map { rest[$0...].dropFirst() }
        if let mark { rest = rest[..<mark] }
        var segments = rest.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map {
            Substring($0)
        }
        let numbers = segments.removeFirst()
        var prerelease: [Substring] = []
        while let next = segments.first, VersionTag.isPrerelease(next, isFirst: prerelease.isEmpty) {
            prerelease.append(next)
            segments.removeFirst()
        }
        // A build's name may hold a variant's too: `1.2.3_5-alpine`.
        let ofBuild = build.map { $0.split(separator: "-", maxSplits: 1).dropFirst() } ?? []
        let text = prerelease.isEmpty ? numbers : numbers + "-" + prerelease.joined(separator: "-")
        guard let version = Version(tag: text) else { return nil }
        self.tag = tag
        self.version = version
        count = numbers.utf8.count { $0 == UInt8(ascii: ".") } + 1
        hasPrefix = isPrefixed
        variant = (segments + ofBuild).map { "-" + $0 }.joined()
    }

    private static func isPrerelease(_ segment: Substring, isFirst: Bool) -> Bool {
        guard let first = segment.utf8.first else { return false }
        if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            return segment.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
            }
        }
        guard isFirst else { return false }
        let word = segment.prefix { $0.isLetter }.lowercased()
        // `a` and `m` only count before a number.
        let behind = segment.dropFirst(word.count).first
        return words.contains(word) && (word.count > 1 || behind?.isNumber == true)
    }

    /// What two variants have in common that differ in their own version only: `-alpine3.19` and `-alpine3.20`.
    static func family(of variant: some StringProtocol) -> String {
        var family = ""
        var isInNumber = false
        for byte in variant.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                if !isInNumber { family.append("#") }
                isInNumber = true
            } else if !(isInNumber && byte == UInt8(ascii: ".")) {
                isInNumber = false
                family.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return family
    }
}

/// Text in which numbers are compared as numbers: `alpine3.9` before `alpine3.20`.
enum NaturalOrder {
    static func isLess(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        var (a, b) = (Array(one.utf8)[...], Array(other.utf8)[...])
        while let (x, y) = both(a.first, b.first) {
            if isDigit(x), isDigit(y) {
                let (left, right) = (a.prefix(while: isDigit), b.prefix(while: isDigit))
                let (p, q) = (left.drop { $0 == UInt8(ascii: "0") }, right.drop { $0 == UInt8(ascii: "0") })
                if p.count != q.count { return p.count < q.count }
                if !p.elementsEqual(q) { return p.lexicographicallyPrecedes(q) }
                a = a.dropFirst(left.count)
                b = b.dropFirst(right.count)
            } else {
                if x != y { return x < y }
                a = a.dropFirst()
                b = b.dropFirst()
            }
        }
        return a.isEmpty && !b.isEmpty
    }

    private static func both<Value>(_ one: Value?, _ other: Value?) -> (Value, Value)? {
        if let one, let other { (one, other) } else { nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
