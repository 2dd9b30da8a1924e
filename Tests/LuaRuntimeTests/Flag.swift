import Glibc
import Synchronization

/// Set once, and waited for by tasks and by threads.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }

    func wait() async throws {
        while !isSet { try await Task.sleep(for: .milliseconds(5)) }
    }

    func block() {
        while !isSet {
            var time = timespec(tv_sec: 0, tv_nsec: 2_000_000)
            nanosleep(&time, nil)
        }
    }
}
