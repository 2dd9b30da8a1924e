import Glibc
import Model

/// The addresses where clouds serve credentials to whoever asks from inside the machine: 169.254.0.0/16, fe80::/10
/// and fd00:ec2::254, also written as IPv6 forms of the IPv4 ones.
enum LinkLocal {
    static func refusal(of address: String) -> Problem {
        Problem(.forbidden, "\(address) is a link-local address, which hooks may not reach")
    }

    /// The address if the host is written as one that is refused, in brackets or with a zone or not.
    static func address(written host: String) -> String? {
        let bare = String(host.filter { $0 != "[" && $0 != "]" }.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, bare, &four) == 1 {
            return withUnsafeBytes(of: four) { isRefused(four: $0) } ? bare : nil
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, bare, &six) == 1 {
            return withUnsafeBytes(of: six) { isRefused(six: $0) } ? bare : nil
        }
        return nil
    }

    /// The address that a socket is about to be connected to, as text, if it is refused.
    static func address(of address: UnsafePointer<sockaddr>) -> String? {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { isRefused(four: $0) ? text($0, AF_INET) : nil }
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { isRefused(six: $0) ? text($0, AF_INET6) : nil }
            }
        default:
            return nil
        }
    }

    private static func isRefused(four: some Collection<UInt8>) -> Bool {
        four.starts(with: [169, 254])
    }

    private static func isRefused(six: UnsafeRawBufferPointer) -> Bool {
        if six[0] == 0xFE, six[1] & 0xC0 == 0x80 { return true }
        if six.elementsEqual([0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54]) { return true }
        // ::ffff:a.b.c.d (mapped), ::a.b.c.d (compatible), 64:ff9b::a.b.c.d (NAT64).
        let carriers: [[UInt8]] = [
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        return carriers.contains { six.starts(with: $0) } && isRefused(four: six.dropFirst(12))
    }

    private static func text(_ address: UnsafeRawBufferPointer, _ family: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, address.baseAddress, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN))
                .map { String(cString: $0) } ?? "?"
        }
    }
}
