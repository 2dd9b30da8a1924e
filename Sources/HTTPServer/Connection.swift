import Glibc
import Synchronization

/// One client's connection, from the daemon's notice that it began to the one that it ended.
///
/// The daemon holds the only lasting reference (a retained pointer), and the watch while it lasts.
final class Connection: Sendable {
    let id: UInt64
    let server: ServerCore
    /// Open until the watch has been told of the end; used for nothing but shutdown, poll and dup in between.
    let descriptor: Int32
    let peer: ServerRequest.Peer

    /// Nanoseconds of the monotonic clock at which the watch ends it; 0 for none.
    private let deadline = Atomic<UInt64>(0)
    private let isLingering = Atomic(false)
    private let exchange = Mutex<Exchange?>(nil)

    init(server: ServerCore, descriptor: Int32, peer: ServerRequest.Peer) {
        self.server = server
        self.descriptor = descriptor
        self.peer = peer
        id = server.nextID()
        setDeadline(server.limits.headDeadline)
    }

    var current: Exchange? { exchange.withLock { $0 } }

    func began(_ new: Exchange) { exchange.withLock { $0 = new } }

    func ended() {
        exchange.withLock { $0 = nil }
        setDeadline(server.limits.idle + server.limits.headDeadline)
    }

    func setDeadline(_ duration: Duration?) {
        deadline.store(duration.map { MonotonicClock.now + $0.nanoseconds } ?? 0, ordering: .relaxed)
    }

    /// What is left at that time; nil without a deadline.
    func left(at now: UInt64) -> UInt64? {
        let deadline = deadline.load(ordering: .relaxed)
        guard deadline != 0 else { return nil }
        return deadline > now ? deadline - now : 0
    }

    /// The client may still be sending when the answer is through: its socket is not closed at once.
    func lingers() { isLingering.store(true, ordering: .relaxed) }

    /// The daemon's last word; it closes the socket next.
    func closed() {
        if isLingering.load(ordering: .relaxed) { server.watch.linger(descriptor) }
        server.watch.remove(self)
    }

    /// Makes the daemon see the connection's end. Only under the watch's lock, which the socket's close waits for.
    func shutDown() {
        setDeadline(nil)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

enum MonotonicClock {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
