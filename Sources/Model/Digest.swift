/// The content hash of a manifest, such as `sha256:` and 64 hexadecimal digits.
package struct Digest: Hashable, Sendable {
    package let algorithm: String
    package let hex: String

    package init(_ text: String) throws(Problem) {
        guard let digest = Digest(parsing: text[...]) else {
            throw Problem(
                .invalid, "\"\(text)\" is not a digest, expected \"sha256:\" and 64 hexadecimal digits in lower case")
        }
        self = digest
    }

    init?(parsing text: Substring) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let length = ["sha256": 64, "sha512": 128][parts[0]],
            parts[1].utf8.count == length,
            parts[1].utf8.allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            })
        else { return nil }
        algorithm = String(parts[0])
        hex = String(parts[1])
    }

    /// The first 12 digits, for people.
    package var short: String { String(hex.prefix(12)) }
}

extension Digest: CustomStringConvertible {
    package var description: String { "\(algorithm):\(hex)" }
}
