import Glibc
import Synchronization

/// A server on a port of its own that answers every connection with the same text and then closes it.
final class AnsweringServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let asked = Mutex<[String]>([])

    /// What was asked, a connection each.
    var requests: [String] { asked.withLock { $0 } }

    /// With nil it accepts and never says a word.
    init(_ answer: String?) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = bindToLoopback(listener)
        listen(listener, 64)
        let waiting = listener
        inThread { [weak self] in
            while true {
                let connection = accept(waiting, nil, nil)
                guard connection >= 0 else { return }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                inThread { [weak self] in
                    let request = readHead(connection)
                    self?.asked.withLock { $0.append(request) }
                    var byte: UInt8 = 0
                    if let answer {
                        let bytes = Array(answer.utf8)
                        send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                        Glibc.shutdown(connection, Int32(SHUT_WR))
                    }
                    while read(connection, &byte, 1) == 1 {}
                    close(connection)
                }
            }
        }
    }

    deinit {
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    static func answering(_ status: String, headers: String = "") -> AnsweringServer {
        AnsweringServer("HTTP/1.1 \(status)\r\n\(headers)Content-Length: 2\r\n\r\nok")
    }
}

/// A port that is taken, so that nobody else gets it, and on which nobody listens.
final class SilentPort: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = bindToLoopback(descriptor)
    }

    deinit { close(descriptor) }
}

private func bindToLoopback(_ descriptor: Int32) -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = bind(descriptor, $0, size)
            getsockname(descriptor, $0, &size)
        }
    }
    return UInt16(bigEndian: address.sin_port)
}

private func readHead(_ connection: Int32) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), read(connection, &byte, 1) == 1 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
}

private func inThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        {
            Unmanaged<Box>.fromOpaque($0!).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
    pthread_detach(thread)
}
