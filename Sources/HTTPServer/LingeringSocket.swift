import Glibc

/// A second descriptor of a socket that the daemon has closed, read until the client is done or has had its time.
struct LingeringSocket: Sendable {
    let descriptor: Int32
    let deadline: UInt64

    init?(copyOf original: Int32) {
        descriptor = fcntl(original, F_DUPFD_CLOEXEC, 0)
        deadline = MonotonicClock.now + 2_000_000_000
        if descriptor < 0 { return nil }
    }

    /// False when nothing more will come.
    func drain() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
        }
    }

    func close() { _ = Glibc.close(descriptor) }
}
