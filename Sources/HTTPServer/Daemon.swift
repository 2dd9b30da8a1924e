import CShims
import Glibc
import Model
import Synchronization

/// libmicrohttpd's daemon with its thread, from start to stop.
///
/// It is told of by pointers that are retained where something begins and released where the library says that it
/// has ended: the core for the daemon's life, a Connection for a connection's, an Exchange for a request's.
final class Daemon: Sendable {
    private let core: ServerCore
    private let socket: ListeningSocket
    // Used by init and by stop, which runs once.
    private nonisolated(unsafe) let server: OpaquePointer
    private let isStopped = Atomic(false)

    var port: UInt16 { socket.port }

    init(socket: ListeningSocket, core: ServerCore) throws(Problem) {
        self.socket = socket
        self.core = core
        let limits = core.limits
        let context = Unmanaged.passRetained(core)
        var settings = Self.callbacks()
        settings.listening_socket = socket.descriptor
        settings.maximum_connections = UInt32(limits.maximumConnections)
        settings.maximum_per_address = UInt32(limits.maximumConnectionsPerPeer)
        settings.idle_seconds = UInt32(max(1, limits.idle.components.seconds))
        // The library's records of the fields and the head of the answer go there as well.
        settings.connection_memory = limits.maximumHeader + (16 << 10)
        settings.server = context.toOpaque()
        guard let server = OwnThread.withSignalsBlocked({ grapnel_mhd_start(&settings) }) else {
            context.release()
            throw Problem(.failed, "the HTTP server could not be started: \(ListeningSocket.lastError())")
        }
        self.server = server
    }

    private static func callbacks() -> grapnel_mhd_settings {
        var settings = grapnel_mhd_settings()
        settings.connection_began = { core, descriptor, address in
            let core = Unmanaged<ServerCore>.fromOpaque(core!).takeUnretainedValue()
            let peer = ServerRequest.Peer(descriptor: descriptor, address: address)
            let connection = Connection(server: core, descriptor: descriptor, peer: peer)
            core.watch.add(connection)
            return Unmanaged.passRetained(connection).toOpaque()
        }
        settings.connection_ended = { connection in
            Unmanaged<Connection>.fromOpaque(connection!).takeRetainedValue().closed()
        }
        settings.request_began = { connection, target, handle in
            let connection = Unmanaged<Connection>.fromOpaque(connection!).takeUnretainedValue()
            let target = target.map { String(cString: $0) } ?? ""
            let exchange = Exchange(connection: connection, rawTarget: target, handle: handle!)
            return Unmanaged.passRetained(exchange).toOpaque()
        }
        settings.request_continued = { exchange, method, bytes, count in
            let exchange = Unmanaged<Exchange>.fromOpaque(exchange!).takeUnretainedValue()
            return exchange.goOn(method!, UnsafeRawBufferPointer(start: bytes, count: count)) ? 1 : 0
        }
        settings.request_ended = { exchange in
            Unmanaged<Exchange>.fromOpaque(exchange!).takeRetainedValue().ended()
        }
        return settings
    }

    /// Blocks: for the grace at most, and then until what is left is cut off.
    func stop(grace: Duration) {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        core.beginStop()
        grapnel_mhd_quiesce(server)
        // Refuses who is waiting to be accepted, too; the descriptor is the daemon's until it has stopped.
        socket.refuse()
        for connection in core.watch.connections { connection.current?.finishStream() }
        wait(grace) { core.requestsInFlight == 0 }

        core.suspensions.close()
        repeat {
            for connection in core.watch.connections { connection.current?.cutOff() }
            wait(.milliseconds(10)) { core.suspensions.isZero }
        } while !core.suspensions.isZero
        // What was cut off gets its 503 written.
        wait(.milliseconds(250)) { core.requestsInFlight == 0 }

        grapnel_mhd_stop(server)
        socket.closeAndRemove()
        core.watch.stop()
        Unmanaged.passUnretained(core).release()
    }

    private func wait(_ limit: Duration, until isDone: () -> Bool) {
        let end = MonotonicClock.now + limit.nanoseconds
        while !isDone(), MonotonicClock.now < end { usleep(1000) }
    }
}
