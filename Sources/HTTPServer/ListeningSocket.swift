import Glibc
import Model

/// A socket that listens, and what has to be removed when it no longer does.
struct ListeningSocket: Sendable {
    let descriptor: Int32
    let port: UInt16
    /// The socket's file, by which it can be told from another agent's.
    let file: SocketFile?

    init(_ listener: Listener) throws(Problem) {
        switch listener {
        case .tcp(let host, let port):
            file = nil
            (descriptor, self.port) = try Self.tcp(host: host, port: port)
        case .unix(let path, let mode, let group):
            port = 0
            (descriptor, file) = try Self.unix(path: path, mode: mode, group: group)
        }
    }

    /// Nobody can connect from here on.
    func refuse() {
        file?.remove()
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func closeAndRemove() {
        file?.remove()
        close(descriptor)
    }

    /// A socket that children do not inherit.
    static func open(_ family: Int32) throws(Problem) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw Problem(.failed, "no socket: \(lastError())") }
        return descriptor
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func lastError() -> String {
        let text = String(cString: strerror(errno))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
