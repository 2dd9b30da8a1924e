import Glibc

/// A detached thread for what blocks. It takes no signals: those are the business of the main thread.
enum OwnThread {
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let context = Unmanaged.passRetained(Body(run: body))
        let code = withSignalsBlocked {
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { context in
                    Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                    return nil
                }, context.toOpaque())
            if code == 0 { pthread_detach(thread) }
            return code
        }
        if code != 0 { context.release() }
        return code == 0
    }

    /// For threads that a library starts: they inherit the mask.
    static func withSignalsBlocked<Result>(_ body: () -> Result) -> Result {
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        return body()
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
