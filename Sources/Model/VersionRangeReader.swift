/// Turns the notation of ranges into plain comparisons.
struct VersionRangeReader {
    typealias Comparator = VersionRange.Comparator
    typealias Partial = VersionRange.Partial

    let includesPrereleases: Bool

    private enum Prefix { case none, caret, tilde, relation(VersionRange.Operator) }

    /// Longer ones first.
    private static let prefixes: [(String, Prefix)] = [
        (">=", .relation(.greaterOrEqual)), ("<=", .relation(.lessOrEqual)), ("~>", .tilde),
        (">", .relation(.greater)), ("<", .relation(.less)), ("=", .relation(.equal)), ("^", .caret), ("~", .tilde),
    ]

    func alternatives(_ text: String) -> [[Comparator]]? {
        var result: [[Comparator]] = []
        var rest = text[...]
        while true {
            let bar = rest.indices.first { rest[$0...].hasPrefix("||") }
            guard let one = comparators(rest[..<(bar ?? rest.endIndex)]) else { return nil }
            result.append(one)
            guard let bar else { return result }
            rest = rest[bar...].dropFirst(2)
        }
    }

    private func comparators(_ text: Substring) -> [Comparator]? {
        var words = text.split { $0 == " " || $0 == "," || $0 == "\t" }
        guard !words.isEmpty else { return nil }
        if words.count == 3, words[1] == "-" { return between(words[0], words[2]) }
        var result: [Comparator] = []
        while !words.isEmpty {
            var word = words.removeFirst()
            var prefix = Prefix.none
            for (sign, meaning) in VersionRangeReader.prefixes where word.hasPrefix(sign) {
                prefix = meaning
                word = word.dropFirst(sign.count)
                break
            }
            // `>= 1.2`: the sign may stand alone.
            if word.isEmpty {
                guard !words.isEmpty else { return nil }
                word = words.removeFirst()
            }
            var parser = VersionParser(word)
            guard let partial = parser.partial() else { return nil }
            result += comparators(prefix, partial)
        }
        return result
    }

    private func comparators(_ prefix: Prefix, _ partial: Partial) -> [Comparator] {
        switch prefix {
        case .none: same(partial)
        case .tilde: tilde(partial)
        case .caret: caret(partial)
        case .relation(let relation): related(relation, partial)
        }
    }

    // MARK: - Each notation

    private func same(_ partial: Partial) -> [Comparator] {
        guard let (major, minor, patch) = numbers(partial) else { return tilde(partial) }
        return [
            Comparator(relation: .equal, version: Version(major, minor, patch, prerelease: partial.prerelease))
        ]
    }

    /// The last number that is given may grow, but not the one before it: `~1.2.3` and `~1.2` stay in 1.2.
    private func tilde(_ partial: Partial) -> [Comparator] {
        guard let major = partial.major else { return [] }
        guard let minor = partial.minor else { return [from(partial), below(major + 1)] }
        return [from(partial), below(major, minor + 1)]
    }

    /// The first number that is not zero stays.
    private func caret(_ partial: Partial) -> [Comparator] {
        guard let major = partial.major else { return [] }
        guard major == 0, let minor = partial.minor else { return [from(partial), below(major + 1)] }
        guard minor == 0, let patch = partial.patch else { return [from(partial), below(0, minor + 1)] }
        return [from(partial), below(0, 0, patch + 1)]
    }

    private func related(_ relation: VersionRange.Operator, _ partial: Partial) -> [Comparator] {
        guard let major = partial.major else {
            // Nothing is more or less than everything.
            return relation == .less || relation == .greater ? [below(0)] : []
        }
        if let (major, minor, patch) = numbers(partial) {
            return [
                Comparator(relation: relation, version: Version(major, minor, patch, prerelease: partial.prerelease))
            ]
        }
        let next = partial.minor.map { (major, $0 + 1) } ?? (major + 1, 0)
        switch relation {
        case .equal: return tilde(partial)
        case .greaterOrEqual: return [from(partial)]
        case .less: return [below(major, partial.minor ?? 0)]
        case .lessOrEqual: return [below(next.0, next.1)]
        case .greater:
            return [from(Partial(major: next.0, minor: next.1, patch: nil, prerelease: []))]
        }
    }

    /// `1.2 - 2.3`: both ends belong to it, and a partial upper end belongs to it whole.
    private func between(_ low: Substring, _ high: Substring) -> [Comparator]? {
        var lowParser = VersionParser(low)
        var highParser = VersionParser(high)
        guard let low = lowParser.partial(), let high = highParser.partial() else { return nil }
        return (low.major == nil ? [] : [from(low)]) + related(.lessOrEqual, high)
    }

    // MARK: - Bounds

    private func numbers(_ partial: Partial) -> (UInt64, UInt64, UInt64)? {
        guard let major = partial.major, let minor = partial.minor, let patch = partial.patch else { return nil }
        return (major, minor, patch)
    }

    private static let lowest = [Version.Identifier(text: "0", isNumeric: true)]

    private func from(_ partial: Partial) -> Comparator {
        let isPartial = partial.minor == nil || partial.patch == nil
        let prerelease = isPartial ? (includesPrereleases ? VersionRangeReader.lowest : []) : partial.prerelease
        let minor = partial.minor ?? 0
        let patch = partial.minor == nil ? 0 : partial.patch ?? 0
        let version = Version(partial.major ?? 0, minor, patch, prerelease: prerelease)
        return Comparator(relation: .greaterOrEqual, version: version)
    }

    /// Below the lowest pre-release, so that `<2` leaves `2.0.0-rc.1` out.
    private func below(_ major: UInt64, _ minor: UInt64 = 0, _ patch: UInt64 = 0) -> Comparator {
        let version = Version(major, minor, patch, prerelease: VersionRangeReader.lowest)
        return Comparator(relation: .less, version: version)
    }
}
