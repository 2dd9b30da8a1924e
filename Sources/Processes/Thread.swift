import Glibc
import Model

/// Starts a thread of our own: what blocks must not block Swift's pool, which has one thread per core.
///
/// Signals are left to the threads of the agent that expect them.
func startThread(_ body: @escaping @Sendable () -> Void) throws(Problem) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    defer { pthread_attr_destroy(&attributes) }

    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let error = pthread_create(
        &thread, &attributes,
        { argument in
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_SETMASK, &all, nil)
            // Released before the body runs, which may never return.
            let body = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body
            body()
            return nil
        }, box.toOpaque())
    if error != 0 {
        box.release()
        throw Problem(.limit, "no thread could be started: \(systemMessage(error))")
    }
}
