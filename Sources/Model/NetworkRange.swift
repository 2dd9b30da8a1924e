import Glibc

/// A block of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct NetworkRange: Hashable, Sendable {
    /// 4 or 16 bytes, with zeros behind the prefix.
    package let address: [UInt8]
    package let prefix: Int

    package init(_ text: String) throws(Problem) {
        func refuse(_ reason: String) -> Problem {
            Problem(
                .invalid,
                "\"\(text)\" is not a range of addresses: \(reason), expected for example \"10.0.0.0/8\" or \"::1\"")
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = NetworkRange.address(String(parts[0])) else {
            throw refuse("\"\(parts[0])\" is not an address")
        }
        var prefix = bytes.count * 8
        if parts.count == 2 {
            guard let number = UInt8(parts[1]), Int(number) <= prefix, parts[1].first != "+" else {
                throw refuse("the prefix is not between 0 and \(prefix)")
            }
            prefix = Int(number)
        }
        address = NetworkRange.masked(bytes, prefix)
        // A bit behind the prefix was either a slip in the address or one in the prefix.
        guard address == bytes else { throw refuse("it has bits behind its prefix") }
        self.prefix = prefix
    }

    /// False for what is no address. An IPv4 address mapped into IPv6 is taken as the IPv4 one.
    package func contains(_ text: String) -> Bool {
        guard let bytes = NetworkRange.address(text), bytes.count == address.count else { return false }
        return NetworkRange.masked(bytes, prefix) == address
    }

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        return bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }

    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(prefix - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }
}

extension NetworkRange: CustomStringConvertible {
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/\(prefix)"
    }
}
