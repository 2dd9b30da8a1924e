import Glibc

/// A client of raw bytes, for what a well-behaved one would not send. It blocks: use it in `onThread`.
package final class RawClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    package init(port: UInt16) {
        descriptor = socket(AF_INET, streamType, 0)
        _ = withLoopback(port: port) { connect(descriptor, $0, $1) }
    }

    package init(unixSocket path: String) {
        descriptor = socket(AF_UNIX, streamType, 0)
        _ = withUnixAddress(path) { connect(descriptor, $0, $1) }
    }

    deinit { close(descriptor) }

    /// False when the server no longer takes anything.
    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// As `nc -N` does when its input ends.
    package func closeSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything until the server closes.
    package func readToEnd() -> String {
        while receive() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// What comes up to and including the text; all that came when the server closes before.
    package func read(until text: String) -> String {
        let wanted = Array(text.utf8)
        var searched = 0
        while true {
            let end = (searched..<max(searched, received.count + 1 - wanted.count)).first {
                received[$0...].starts(with: wanted)
            }
            if let end {
                defer { received.removeFirst(end + wanted.count) }
                return String(decoding: received[..<(end + wanted.count)], as: UTF8.self)
            }
            searched = max(0, received.count + 1 - wanted.count)
            guard receive() else { return readToEnd() }
        }
    }

    private func receive() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { received.append(contentsOf: buffer[..<count]) }
            return count > 0
        }
    }
}
