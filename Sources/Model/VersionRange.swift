/// A set of versions, in the notation and with the meaning of npm's ranges: `^2`, `~1.4`, `>=1.4 <2`,
/// `1.2 - 1.8`, `1.x || 3.x`. Commas separate like spaces.
///
/// A pre-release is in a range only where the range itself names a pre-release of the same three numbers,
/// so that `^2` never takes `3.0.0-beta`, nor `2.5.0-rc.1`.
package struct VersionRange: Hashable, Sendable {
    enum Operator: Hashable, Sendable { case less, lessOrEqual, equal, greaterOrEqual, greater }

    struct Comparator: Hashable, Sendable {
        let relation: Operator
        let version: Version

        func contains(_ other: Version) -> Bool {
            switch relation {
            case .less: other < version
            case .lessOrEqual: other <= version
            case .equal: other == version
            case .greaterOrEqual: other >= version
            case .greater: other > version
            }
        }
    }

    /// A version of which only the front may be given; nil is a wildcard.
    struct Partial {
        let major: UInt64?
        let minor: UInt64?
        let patch: UInt64?
        let prerelease: [Version.Identifier]
    }

    package let text: String
    package let includesPrereleases: Bool
    /// One list for each side of a `||`; all of a list must hold.
    let alternatives: [[Comparator]]

    package init(_ text: String, includingPrereleases: Bool = false) throws(Problem) {
        self.text = text
        includesPrereleases = includingPrereleases
        let reader = VersionRangeReader(includesPrereleases: includingPrereleases)
        guard let alternatives = reader.alternatives(text) else {
            throw Problem(
                .invalid, "\"\(text)\" is not a version range, expected for example \"^2\" or \">=1.4 <2\"")
        }
        self.alternatives = alternatives
    }

    package func contains(_ version: Version) -> Bool {
        alternatives.contains { comparators in
            comparators.allSatisfy { $0.contains(version) } && admits(version, comparators)
        }
    }

    private func admits(_ version: Version, _ comparators: [Comparator]) -> Bool {
        guard version.isPrerelease, !includesPrereleases else { return true }
        return comparators.contains {
            let named = $0.version
            return named.isPrerelease
                && (named.major, named.minor, named.patch) == (version.major, version.minor, version.patch)
        }
    }
}

extension VersionRange: CustomStringConvertible {
    package var description: String { text }
}
