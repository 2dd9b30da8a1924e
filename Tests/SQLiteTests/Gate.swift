import Glibc
import SQLite
import Model
import Synchronization

/// Holds up a thread until a test lets it go.
final class Gate: Sendable {
    private let state = Mutex((isOpen: false, isWaiting: false))

    var isWaiting: Bool { state.withLock { $0.isWaiting } }

    func open() { state.withLock { $0.isOpen = true } }

    func wait() {
        state.withLock { $0.isWaiting = true }
        while !state.withLock({ $0.isOpen }) { usleep(1000) }
    }
}

/// What completions were told, in order.
final class Answers: Sendable {
    private let state = Mutex<[Result<SQLValue?, Problem>]>([])

    var all: [Result<SQLValue?, Problem>] { state.withLock { $0 } }

    func append(_ result: Result<SQLValue?, Problem>) { state.withLock { $0.append(result) } }

    func append(_ result: Result<SQLValue, Problem>) { append(result.map(Optional.some)) }
}
