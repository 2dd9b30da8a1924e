/// Reads versions and the parts of ranges, byte by byte: a repository can have many thousand tags, and this
/// runs for each.
struct VersionParser {
    private var bytes: ContiguousArray<UInt8>
    private var position = 0
    var isLenient = false

    init(_ text: some StringProtocol) { bytes = ContiguousArray(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func version() -> Version? {
        guard let major = number(), take("."), let minor = number(), take("."), let patch = number() else { return nil }
        return suffixed(major, minor, patch)
    }

    mutating func tagVersion() -> Version? {
        if !take("v") { _ = take("V") }
        guard let major = number() else { return nil }
        var rest: [UInt64] = []
        while rest.count < 2, take(".") {
            guard let next = number() else { return nil }
            rest.append(next)
        }
        return suffixed(major, rest.first ?? 0, rest.count > 1 ? rest[1] : 0)
    }

    /// `1`, `1.x`, `1.2.3-rc.1`: a version of which only the front may be given.
    mutating func partial() -> VersionRange.Partial? {
        while take("v") || take("=") {}
        guard let major = numberOrWildcard() else { return nil }
        var minor: UInt64??
        var patch: UInt64??
        if take(".") {
            minor = numberOrWildcard()
            guard minor != nil else { return nil }
            if take(".") {
                patch = numberOrWildcard()
                guard patch != nil else { return nil }
            }
        }
        guard let full = suffixed(0, 0, 0), isAtEnd else { return nil }
        if full.isPrerelease || !full.build.isEmpty, patch == nil { return nil }
        return VersionRange.Partial(
            major: major, minor: minor ?? nil, patch: patch ?? nil, prerelease: full.prerelease)
    }

    private mutating func suffixed(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) -> Version? {
        var prerelease: [Version.Identifier] = []
        var build = ""
        if take("-") {
            repeat {
                guard let identifier = identifier() else { return nil }
                if identifier.isNumeric, !isLenient, identifier.text.utf8.count > 1, identifier.text.hasPrefix("0") {
                    return nil
                }
                prerelease.append(identifier)
            } while take(".")
        }
        if take("+") {
            let start = position
            repeat {
                guard identifier() != nil else { return nil }
            } while take(".")
            build = String(decoding: bytes[start..<position], as: UTF8.self)
        }
        return Version(major, minor, patch, prerelease: prerelease, build: build)
    }

    private mutating func number() -> UInt64? {
        let start = position
        var value: UInt64 = 0
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            // Nobody counts that far, and the next one up must exist too.
            guard value < UInt64.max / 10 - 1 else { return nil }
            value = value * 10 + UInt64(digit)
            position += 1
        }
        let count = position - start
        guard count > 0, isLenient || count == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return value
    }

    /// The outer optional is the failure, the inner one the wildcard.
    private mutating func numberOrWildcard() -> UInt64?? {
        if take("x") || take("X") || take("*") { return .some(nil) }
        return number().map { .some($0) }
    }

    private mutating func identifier() -> Version.Identifier? {
        let start = position
        var isNumeric = true
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                isNumeric = false
            case UInt8(ascii: "_") where isLenient: isNumeric = false
            default:
                return position > start ? made(from: start, isNumeric) : nil
            }
            position += 1
        }
        return position > start ? made(from: start, isNumeric) : nil
    }

    private func made(from start: Int, _ isNumeric: Bool) -> Version.Identifier {
        Version.Identifier(text: String(decoding: bytes[start..<position], as: UTF8.self), isNumeric: isNumeric)
    }
}
