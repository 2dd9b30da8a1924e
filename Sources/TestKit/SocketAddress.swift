import Glibc

/// Programs that other tests start must not keep these sockets open.
let streamType = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

func withLoopback<Value>(port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

func withUnixAddress<Value>(_ path: String, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

/// Any free port; which one is the answer.
func bindToLoopback(_ descriptor: Int32) -> UInt16 {
    withLoopback(port: 0) { address, size in
        var size = size
        _ = bind(descriptor, address, size)
        getsockname(descriptor, address, &size)
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
    }
}
