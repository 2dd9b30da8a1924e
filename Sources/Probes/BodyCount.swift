import Synchronization

/// Lets a body through up to a limit.
final class BodyCount: Sendable {
    private let left: Mutex<Int>

    init(limit: Int) { left = Mutex(limit) }

    /// False when it is enough.
    func add(_ count: Int) -> Bool {
        left.withLock { left in
            left -= count
            return left > 0
        }
    }
}
