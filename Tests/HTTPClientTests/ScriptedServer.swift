import Glibc
import Synchronization

/// A server of raw sockets that does with each connection what the test says, each on a thread of its own.
final class ScriptedServer: Sendable {
    let port: UInt16
    let path: String?
    private let listener: Int32
    private let accepted = Mutex(0)

    var url: String { "http://127.0.0.1:\(port)" }
    var connections: Int { accepted.withLock { $0 } }

    init(unixSocket path: String? = nil, serve: @escaping @Sendable (Peer) -> Void) {
        self.path = path
        let waiting = socket(path == nil ? AF_INET : AF_UNIX, streamType, 0)
        listener = waiting
        if let path {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(waiting, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            port = 0
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            port = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = bind(waiting, $0, size)
                    getsockname(waiting, $0, &size)
                }
                return UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
        listen(waiting, 64)
        inThread { [weak self] in
            while true {
                let descriptor = accept(waiting, nil, nil)
                guard descriptor >= 0 else { return }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                self?.accepted.withLock { $0 += 1 }
                inThread {
                    serve(Peer(descriptor: descriptor))
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        if let path { unlink(path) }
    }

    struct Peer: Sendable {
        let descriptor: Int32

        /// The next request with its body, as it came; nil when the client has gone.
        func request() -> String? {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                guard read(descriptor, &byte, 1) == 1 else { return nil }
                bytes.append(byte)
            }
            let head = String(decoding: bytes, as: UTF8.self)
            if let line = head.split(separator: "\r\n").first(where: { $0.hasPrefix("Content-Length: ") }) {
                for _ in 0..<Int(line.dropFirst("Content-Length: ".count))! {
                    guard read(descriptor, &byte, 1) == 1 else { return nil }
                    bytes.append(byte)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        @discardableResult
        func write(_ text: String) -> Bool {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// Waits until the client closes.
        func waitForEnd() {
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) == 1 {}
        }
    }

    /// Answers every request with what it got.
    static func echo() -> ScriptedServer {
        ScriptedServer { peer in
            while let request = peer.request() { peer.answer(request) }
        }
    }
}

func inThread(_ body: @escaping @Sendable () -> Void) {
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

func temporaryDirectory() -> String {
    var template = Array("/tmp/grapnel-http-XXXXXX".utf8CString)
    return String(cString: mkdtemp(&template)!)
}

/// Programs that other tests start must not keep these sockets open.
private let streamType = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
