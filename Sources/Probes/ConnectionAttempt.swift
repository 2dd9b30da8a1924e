import Glibc
import Model

/// One try to connect, at all addresses of a host. Blocks: for a thread of its own.
struct ConnectionAttempt: Sendable {
    let host: String
    let port: UInt16
    let timeout: Duration

    /// Nil when somebody accepted; otherwise why the last address did not do.
    func failure() -> String? {
        let deadline = ContinuousClock.now + timeout
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, "\(port)", &hints, &list)
        guard error == 0, let list else { return "the name cannot be resolved" }
        defer { freeaddrinfo(list) }

        let addresses = Array(sequence(first: list) { $0.pointee.ai_next })
        var reason: String?
        for (index, address) in addresses.enumerated() {
            // The one that never answers leaves time for those after it.
            let share = (deadline - .now) / (addresses.count - index)
            reason = failure(at: address.pointee, within: share)
            if reason == nil { return nil }
        }
        return reason
    }

    private func failure(at address: addrinfo, within time: Duration) -> String? {
        let type = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let connection = socket(address.ai_family, type, address.ai_protocol)
        guard connection >= 0 else { return message(errno) }
        defer { close(connection) }
        if connect(connection, address.ai_addr, address.ai_addrlen) == 0 { return selfConnection(connection) }
        guard errno == EINPROGRESS else { return message(errno) }

        var question = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
        let milliseconds = Int32(clamping: max(.zero, time).milliseconds)
        guard poll(&question, 1, milliseconds) > 0 else { return "no connection within \(timeout.text)" }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &size)
        return error == 0 ? selfConnection(connection) : message(error)
    }

    /// Where nobody listens on a port of the range that clients are given, a connection may by chance be made with
    /// itself.
    private func selfConnection(_ connection: Int32) -> String? {
        var own = sockaddr_storage(), other = sockaddr_storage()
        var ownSize = socklen_t(MemoryLayout<sockaddr_storage>.size), otherSize = ownSize
        withUnsafeMutablePointer(to: &own) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(connection, $0, &ownSize) }
        }
        withUnsafeMutablePointer(to: &other) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(connection, $0, &otherSize) }
        }
        let isSame = ownSize == otherSize && memcmp(&own, &other, Int(ownSize)) == 0
        return isSame ? message(ECONNREFUSED) : nil
    }

    private func message(_ number: Int32) -> String {
        let text = String(cString: strerror(number))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
