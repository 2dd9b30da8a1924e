import Glibc
import Synchronization

/// A thread that does for connections what libmicrohttpd does not: it ends those that are past their deadline (the
/// library's own timeout only counts inactivity, which a byte a second outlives), notices that the client of a
/// suspended stream has gone, and lets a client that still sends read the answer that refused it.
final class ConnectionWatch: Sendable {
    private struct State {
        var connections: [UInt64: Connection] = [:]
        /// Those whose streams may be suspended.
        var streaming: Set<UInt64> = []
        var lingering: [LingeringSocket] = []
        var isOpen = true
    }

    private static let maximumLingering = 64
    // glibc shows POLLRDHUP only to GNU sources.
    private static let peerClosed = Int16(0x2000)

    private let state = Mutex(State())
    private let shortest: UInt64
    private let waker: (read: Int32, write: Int32)

    /// nil when there are no descriptors left.
    init?(shortest: Duration) {
        self.shortest = max(shortest.nanoseconds, 1_000_000)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        waker = (ends[0], ends[1])
    }

    func start() -> Bool { OwnThread.start { [self] in run() } }

    func stop() {
        state.withLock { $0.isOpen = false }
        wake()
    }

    func add(_ connection: Connection) {
        let isFirst = state.withLock { state in
            defer { state.connections[connection.id] = connection }
            return state.connections.isEmpty
        }
        if isFirst { wake() }
    }

    /// Before the socket is closed: after this the connection's descriptor is not used any more.
    func remove(_ connection: Connection) {
        state.withLock { state in
            state.connections[connection.id] = nil
            state.streaming.remove(connection.id)
        }
    }

    func beginStream(_ connection: Connection) {
        state.withLock { _ = $0.streaming.insert(connection.id) }
        wake()
    }

    func endStream(_ connection: Connection) {
        state.withLock { _ = $0.streaming.remove(connection.id) }
    }

    /// Keeps the socket open beyond the daemon's close, so that what the client still sends does not destroy the
    /// answer on its way to it.
    func linger(_ descriptor: Int32) {
        let socket = LingeringSocket(copyOf: descriptor)
        let isTaken = state.withLock { state in
            guard let socket, state.isOpen, state.lingering.count < Self.maximumLingering else { return false }
            state.lingering.append(socket)
            return true
        }
        if isTaken { wake() } else { socket?.close() }
    }

    /// Every connection, for the server's end.
    var connections: [Connection] { state.withLock { Array($0.connections.values) } }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(waker.write, &byte, 1)
    }

    // MARK: on the watch's thread

    private func run() {
        while state.withLock({ $0.isOpen }) {
            let timeout = endOverdue()
            let (streams, sockets) = state.withLock { state in
                (state.streaming.compactMap { state.connections[$0] }, state.lingering)
            }
            var polled = [pollfd(fd: waker.read, events: Int16(POLLIN), revents: 0)]
            polled += streams.map { pollfd(fd: $0.descriptor, events: Self.peerClosed, revents: 0) }
            polled += sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), timeout) >= 0 else { continue }
            drainWaker()
            for (stream, entry) in zip(streams, polled[1...]) where entry.revents != 0 { gone(stream) }
            for (socket, entry) in zip(sockets, polled[(1 + streams.count)...]) where entry.revents != 0 {
                if !socket.drain() { release(socket) }
            }
        }
        for socket in state.withLock({ $0.lingering }) { socket.close() }
        close(waker.read)
        close(waker.write)
    }

    /// Ends what is past its deadline and answers how long nothing more will be, in milliseconds.
    private func endOverdue() -> Int32 {
        let now = MonotonicClock.now
        let (wait, over) = state.withLock { state -> (UInt64?, [LingeringSocket]) in
            // A connection that begins while the thread sleeps has at least the shortest limit before it.
            var wait = state.connections.isEmpty ? nil : Optional(shortest)
            for connection in state.connections.values {
                guard let left = connection.left(at: now) else { continue }
                if left == 0 { connection.shutDown() } else { wait = min(wait ?? left, left) }
            }
            let over = state.lingering.filter { $0.deadline <= now }
            for socket in state.lingering where socket.deadline > now {
                wait = min(wait ?? .max, socket.deadline - now)
            }
            return (wait, over)
        }
        for socket in over { release(socket) }
        return wait.map { Int32(clamping: $0 / 1_000_000 + 1) } ?? -1
    }

    private func gone(_ connection: Connection) {
        // The descriptor may have been closed, and used again, while it was polled: only what is still here counts.
        let isWatched = state.withLock { $0.streaming.remove(connection.id) != nil }
        if isWatched { connection.current?.clientIsGone() }
    }

    private func release(_ socket: LingeringSocket) {
        state.withLock { $0.lingering.removeAll { $0.descriptor == socket.descriptor } }
        socket.close()
    }

    private func drainWaker() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(waker.read, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
