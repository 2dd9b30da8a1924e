import Dispatch
import Glibc
import Synchronization

/// What is done when somebody presses Ctrl-C, before the program ends by that signal as it would have.
final class Departure {
    private let sources: [any DispatchSourceSignal]
    private let leaving: Leaving

    private static let numbers = [SIGINT, SIGTERM]

    private final class Leaving: Sendable {
        let task = Mutex<Task<Void, Never>?>(nil)
    }

    init(_ leave: @escaping @Sendable () async -> Void) {
        let leaving = Leaving()
        self.leaving = leaving
        sources = Departure.numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                leaving.task.withLock { task in
                    // Whoever presses it again does not want to wait for that either.
                    guard task == nil else { return Departure.end(by: number) }
                    task = Task {
                        await leave()
                        Departure.end(by: number)
                    }
                }
            }
            source.resume()
            return source
        }
    }

    /// From here on the signal ends the program by itself. Does not return when it is leaving already.
    func isOver() async {
        await leaving.task.withLock { $0 }?.value
        for source in sources { source.cancel() }
        for number in Departure.numbers { signal(number, SIG_DFL) }
    }

    private static func end(by number: Int32) {
        signal(number, SIG_DFL)
        // The source keeps it blocked.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, number)
        pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        kill(getpid(), number)
    }
}
