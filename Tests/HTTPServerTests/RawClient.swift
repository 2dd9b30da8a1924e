import Glibc
import Synchronization
import TestKit

/// A client of raw bytes, for what a well-behaved one would not send. It blocks: use it in `onThread`.
final class RawClient {
    private let descriptor: Int32
    private var received: [UInt8] = []

    init(port: UInt16) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(descriptor) }

    /// False when the server no longer takes anything.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
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
    func closeSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything until the server closes.
    func readToEnd() -> String {
        while receive() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// What comes up to and including the text; all that came when the server closes before.
    func read(until text: String) -> String {
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

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
    func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

/// Sends the text on a connection of its own and answers what came until the server closed.
func exchange(_ port: UInt16, _ text: String) async -> String {
    await onThread {
        let client = RawClient(port: port)
        client.send(text)
        return client.readToEnd()
    }
}

/// A gate that tasks wait at until it is opened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var arrived = 0

    func pass() async {
        arrived += 1
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// Until so many have come to the gate.
    func waitForArrivals(_ count: Int) async {
        while arrived < count { try? await Task.sleep(for: .milliseconds(5)) }
    }
}
