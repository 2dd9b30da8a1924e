import CShims
import Glibc

extension ServerRequest.Peer {
    init(descriptor: Int32, address: UnsafePointer<sockaddr>?) {
        switch address.map({ Int32($0.pointee.sa_family) }) {
        case AF_INET:
            self = address!.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                var bytes = $0.pointee.sin_addr
                return .tcp(address: Self.text(AF_INET, &bytes), port: UInt16(bigEndian: $0.pointee.sin_port))
            }
        case AF_INET6:
            self = address!.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                var bytes = $0.pointee.sin6_addr
                let text = Self.text(AF_INET6, &bytes)
                // An IPv4 client of a socket that takes both.
                let four = text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
                return .tcp(address: four, port: UInt16(bigEndian: $0.pointee.sin6_port))
            }
        default:
            // Nobody, as far as anyone can tell, when the kernel does not say.
            var (user, group, process) = (uid_t.max, gid_t.max, pid_t(0))
            _ = grapnel_peer_credentials(descriptor, &user, &group, &process)
            self = .unix(uid: user, gid: group, pid: process)
        }
    }

    private static func text(_ family: Int32, _ bytes: UnsafeRawPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            inet_ntop(family, bytes, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN)).map { String(cString: $0) } ?? "?"
        }
    }
}
