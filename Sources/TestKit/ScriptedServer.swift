import Glibc
import Synchronization

/// A server of raw sockets that does with each connection what the test says, each on a thread of its own.
package final class ScriptedServer: Sendable {
    package let port: UInt16
    private let path: String?
    private let listener: Int32
    private let accepted = Mutex(0)
    private let asked = Recorded<String>()

    package var url: String { "http://127.0.0.1:\(port)" }
    package var connections: Int { accepted.withLock { $0 } }
    /// What came, as it came; of a client that sends no whole request, what there was of it.
    package var requests: [String] { asked.all }

    package init(unixSocket path: String? = nil, serve: @escaping @Sendable (Peer) -> Void) {
        self.path = path
        let waiting = socket(path == nil ? AF_INET : AF_UNIX, streamType, 0)
        listener = waiting
        if let path {
            _ = withUnixAddress(path) { bind(waiting, $0, $1) }
            port = 0
        } else {
            port = bindToLoopback(waiting)
        }
        listen(waiting, 64)
        inThread { [weak self, asked] in
            while true {
                let descriptor = accept(waiting, nil, nil)
                guard descriptor >= 0 else { return }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                self?.accepted.withLock { $0 += 1 }
                inThread {
                    serve(Peer(descriptor: descriptor, asked: asked))
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

    package struct Peer: Sendable {
        fileprivate let descriptor: Int32
        fileprivate let asked: Recorded<String>

        /// The next request with its body, as it came; nil when the client has gone.
        package func request() -> String? {
            var bytes: [UInt8] = []
            defer { if !bytes.isEmpty { asked.append(String(decoding: bytes, as: UTF8.self)) } }
            var byte: UInt8 = 0
            while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                guard read(descriptor, &byte, 1) == 1 else { return nil }
                // Somebody begins with TLS, and would wait for an answer in it.
                if bytes.isEmpty, byte == 0x16 { return nil }
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
        package func write(_ text: String) -> Bool {
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

        package func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// Nothing more comes from here.
        package func closeSending() { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

        /// Waits until the client closes.
        package func waitForEnd() {
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) == 1 {}
        }
    }

    /// Answers every request with what it got.
    package static func echo() -> ScriptedServer {
        ScriptedServer { peer in
            while let request = peer.request() { peer.answer(request) }
        }
    }

    /// Answers the first request of every connection with the same text and then closes it; with nil it accepts and
    /// never says a word.
    package static func saying(_ text: String?) -> ScriptedServer {
        ScriptedServer { peer in
            _ = peer.request()
            if let text {
                peer.write(text)
                peer.closeSending()
            }
            peer.waitForEnd()
        }
    }

    package static func answering(_ status: String, headers: String = "") -> ScriptedServer {
        saying("HTTP/1.1 \(status)\r\n\(headers)Content-Length: 2\r\n\r\nok")
    }
}

/// A port that is taken, so that nobody else gets it, and on which nobody listens.
package final class SilentPort: Sendable {
    package let port: UInt16
    private let descriptor: Int32

    package init() {
        descriptor = socket(AF_INET, streamType, 0)
        port = bindToLoopback(descriptor)
    }

    deinit { close(descriptor) }

    /// One that was free a moment ago, for programs that have to be told.
    package static func free() -> UInt16 { SilentPort().port }
}
