/// A version by SemVer 2.0.0. Two that differ in build metadata only are equal, as their precedence is.
package struct Version: Sendable {
    package struct Identifier: Hashable, Sendable {
        package let text: String
        /// Digits only. They are compared as text of equal length, so no number is too long.
        package let isNumeric: Bool
    }

    package let major: UInt64
    package let minor: UInt64
    package let patch: UInt64
    package let prerelease: [Identifier]
    package let build: String

    package var isPrerelease: Bool { !prerelease.isEmpty }

    init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64, prerelease: [Identifier] = [], build: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.build = build
    }

    /// Exactly what SemVer allows, and nothing else.
    package init?(_ text: some StringProtocol) {
        var parser = VersionParser(text)
        guard let version = parser.version(), parser.isAtEnd else { return nil }
        self = version
    }

    /// What people write as an image's tag: also with a `v` in front, with one or two numbers only, and with
    /// leading zeros (`22.04`). What follows a `-` is a pre-release, even where it says `alpine`.
    package init?(tag: some StringProtocol) {
        var parser = VersionParser(tag)
        parser.isLenient = true
        guard let version = parser.tagVersion(), parser.isAtEnd else { return nil }
        self = version
    }
}

extension Version: Comparable, Hashable {
    package static func == (left: Version, right: Version) -> Bool {
        (left.major, left.minor, left.patch) == (right.major, right.minor, right.patch)
            && left.prerelease == right.prerelease
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(prerelease)
    }

    package static func < (left: Version, right: Version) -> Bool {
        let numbers = (left.major, left.minor, left.patch)
        let others = (right.major, right.minor, right.patch)
        if numbers != others { return numbers < others }
        // A pre-release comes before its release.
        if left.prerelease.isEmpty || right.prerelease.isEmpty { return left.isPrerelease && !right.isPrerelease }
        return left.prerelease.lexicographicallyPrecedes(right.prerelease)
    }
}

extension Version.Identifier: Comparable {
    package static func < (left: Version.Identifier, right: Version.Identifier) -> Bool {
        switch (left.isNumeric, right.isNumeric) {
        case (true, false): return true
        case (false, true): return false
        case (true, true) where left.text.utf8.count != right.text.utf8.count:
            return left.text.utf8.count < right.text.utf8.count
        default: return left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        }
    }
}

extension Version: CustomStringConvertible {
    package var description: String {
        var text = "\(major).\(minor).\(patch)"
        if isPrerelease { text += "-" + prerelease.map(\.text).joined(separator: ".") }
        if !build.isEmpty { text += "+" + build }
        return text
    }
}
