import Glibc
import Model

/// Addresses that a request may not reach, however it comes there: written in the URL, by a name, by a redirect, or
/// over a connection that an earlier request has opened.
///
/// A proxy resolves names itself, so with one only addresses that are written in the URL are seen.
package enum AddressBarrier: Hashable, Sendable {
    case none
    /// Where clouds serve credentials to whoever asks from inside the machine: 169.254.0.0/16, fe80::/10 and
    /// fd00:ec2::254, also written as IPv6 forms of the IPv4 ones.
    case linkLocal
    /// Those, this machine itself, and networks that are not the public one.
    case privateNetworks

    /// Whether an address, in figures, is this machine's own.
    package static func isLoopback(_ host: String) -> Bool {
        Address(written: host).map { $0.lies(in: loopback) } ?? false
    }

    /// Whether an address, in figures, is none of the public network. False for a name.
    package static func isPrivate(_ host: String) -> Bool { privateNetworks.refuses(written: host) != nil }

    func refusal(of address: String) -> Problem {
        let what = self == .linkLocal ? "a link-local address, which hooks may not reach" : "not a public address"
        return Problem(.forbidden, "\(address) is \(what)")
    }

    /// The address if the host is written as one that is refused, in brackets or with a zone or not.
    func refuses(written host: String) -> String? { Address(written: host).flatMap(refused) }

    /// The address that a socket is about to be connected to, as text, if it is refused.
    func refuses(_ address: UnsafePointer<sockaddr>) -> String? { Address(address).flatMap(refused) }

    private func refused(_ address: Address) -> String? {
        switch self {
        case .none: nil
        case .linkLocal: address.lies(in: AddressBarrier.local) ? address.text : nil
        case .privateNetworks:
            address.lies(in: AddressBarrier.local) || address.lies(in: AddressBarrier.loopback)
                || address.lies(in: AddressBarrier.inner) ? address.text : nil
        }
    }

    private static let local = ranges(["169.254.0.0/16", "fe80::/10", "fd00:ec2::254"])
    private static let loopback = ranges(["127.0.0.0/8", "::1"])
    private static let inner = ranges([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "::",
    ])

    private static func ranges(_ texts: [String]) -> [NetworkRange] { texts.compactMap { try? NetworkRange($0) } }
}

/// An address in figures, and what it stands for where it carries an IPv4 one.
private struct Address {
    let text: String
    private let forms: [String]

    init?(written host: String) {
        let bare = String(host.filter { $0 != "[" && $0 != "]" }.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, bare, &four) == 1 {
            text = bare
            forms = [bare]
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return nil }
        text = bare
        forms = [bare] + withUnsafeBytes(of: six) { Address.carried($0) }
    }

    init?(_ address: UnsafePointer<sockaddr>) {
        let found: String? =
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin_addr) { Address.text($0, AF_INET) }
                }
            case AF_INET6:
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { Address.text($0, AF_INET6) }
                }
            default: nil
            }
        guard let found else { return nil }
        self.init(written: found)
    }

    func lies(in ranges: [NetworkRange]) -> Bool { ranges.contains { range in forms.contains { range.contains($0) } } }

    /// ::ffff:a.b.c.d (mapped), ::a.b.c.d (compatible), 64:ff9b::a.b.c.d (NAT64).
    private static func carried(_ six: UnsafeRawBufferPointer) -> [String] {
        let carriers: [[UInt8]] = [
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        // The loopback address and the unspecified one only look like compatible ones.
        guard carriers.contains(where: { six.starts(with: $0) }),
            six.dropFirst(12).dropLast().contains(where: { $0 != 0 })
        else { return [] }
        return [six.dropFirst(12).map { "\($0)" }.joined(separator: ".")]
    }

    private static func text(_ address: UnsafeRawBufferPointer, _ family: Int32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, address.baseAddress, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN))
                .map { String(cString: $0) }
        }
    }
}
