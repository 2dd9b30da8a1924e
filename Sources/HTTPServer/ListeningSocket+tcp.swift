import Glibc
import Model

extension ListeningSocket {
    static func tcp(host: String, port: UInt16) throws(Problem) -> (Int32, UInt16) {
        let shown = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var storage = try address(host, port)
        let family = Int32(storage.ss_family)
        let descriptor = try open(family)
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        // Accepted sockets inherit these: a peer that vanished from the network is noticed within two minutes.
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
        var size = socklen_t(family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, SOMAXCONN) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else {
            defer { close(descriptor) }
            throw problem(shown, port)
        }
        return (descriptor, self.port(of: &storage))
    }

    private static func address(_ host: String, _ port: UInt16) throws(Problem) -> sockaddr_storage {
        var storage = sockaddr_storage()
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let isAddress = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                $0.pointee.sin_family = sa_family_t(AF_INET)
                $0.pointee.sin_port = port.bigEndian
                return inet_pton(AF_INET, bare, &$0.pointee.sin_addr) == 1
            }
                || storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    $0.pointee.sin6_port = port.bigEndian
                    return inet_pton(AF_INET6, bare, &$0.pointee.sin6_addr) == 1
                }
        }
        guard isAddress else {
            let text = "\"\(host)\" is not an address to listen on, expected for example 127.0.0.1 or ::1"
            throw Problem(.invalid, text)
        }
        return storage
    }

    private static func problem(_ shown: String, _ port: UInt16) -> Problem {
        switch errno {
        case EADDRINUSE: Problem(.conflict, "\(shown): another program is listening there")
        case EADDRNOTAVAIL: Problem(.invalid, "\(shown): this machine does not have that address")
        case EACCES: Problem(.forbidden, "\(shown): ports below 1024 need root or CAP_NET_BIND_SERVICE")
        default: Problem(.failed, "\(shown): \(lastError())")
        }
    }

    private static func port(of storage: inout sockaddr_storage) -> UInt16 {
        // The port is at the same place in both families.
        withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        }
    }
}
