package import Model

/// HTTP/1.1 over libmicrohttpd: one thread that polls the sockets; each request's connection is suspended while its
/// handler runs as a task.
///
/// A handler is not cancelled when its client goes: what it began, it ends. Its answer is then dropped.
package final class HTTPServer: Sendable {
    private let daemon: Daemon

    package init(
        _ listener: Listener, limits: ServerLimits = ServerLimits(),
        handler: @escaping @Sendable (ServerRequest) async -> ServerAnswer
    ) throws(Problem) {
        let socket = try ListeningSocket(listener)
        do throws(Problem) {
            guard let watch = ConnectionWatch(shortest: limits.shortest), watch.start() else {
                throw Problem(.failed, "the HTTP server could not be started: \(ListeningSocket.lastError())")
            }
            do throws(Problem) {
                daemon = try Daemon(socket: socket, core: ServerCore(limits: limits, watch: watch, handler: handler))
            } catch {
                watch.stop()
                throw error
            }
        } catch {
            socket.closeAndRemove()
            throw error
        }
    }

    deinit {
        let daemon = daemon
        _ = OwnThread.start { daemon.stop(grace: .zero) }
    }

    /// The port that is listened on; 0 for a unix socket.
    package var port: UInt16 { daemon.port }

    /// Accepts nobody any more, ends streams, and waits for requests in flight, which are answered with 503 when the
    /// grace is over. Only the first call does anything.
    package func stop(grace: Duration) async {
        let daemon = daemon
        await withCheckedContinuation { continuation in
            let isStarted = OwnThread.start {
                daemon.stop(grace: grace)
                continuation.resume()
            }
            // Out of threads: better a pool's thread held up for the grace than a server that goes on.
            if !isStarted {
                daemon.stop(grace: grace)
                continuation.resume()
            }
        }
    }
}
