/// The name of one deploy. Seconds first, then chance, in lower-case letters and digits: sorts by age,
/// is short enough to type, and fits into the name of a container.
package struct DeployID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")

    /// Whether it looks like one that was made here.
    package static func isText(_ text: some StringProtocol) -> Bool {
        text.count == 10 && text.allSatisfy { digits.contains($0) }
    }

    package init(at moment: Timestamp, random: inout some RandomNumberGenerator) {
        let digits = DeployID.digits
        // From 2020 on, 30 bits of seconds last until 2054.
        var seconds = UInt64(max(0, moment.microseconds / 1_000_000 - 1_577_836_800))
        var name = ""
        for _ in 0..<6 {
            name.insert(digits[Int(seconds & 31)], at: name.startIndex)
            seconds >>= 5
        }
        for _ in 0..<4 { name.append(digits.randomElement(using: &random) ?? "0") }
        text = name
    }

    package static func < (left: DeployID, right: DeployID) -> Bool { left.text < right.text }

    package var description: String { text }
}
