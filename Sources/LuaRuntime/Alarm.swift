import CShims
import Glibc

/// Wakes one sleeping thread. `Mutex` has no condition variable, hence the semaphore.
///
/// `@unchecked` because it holds a pointer: the semaphore behind it is made for use by several threads, lives
/// as long as this object, and the pointer never changes.
final class Alarm: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func ring() { sem_post(semaphore) }

    /// Returns when it was rung, or after so long: then false.
    @discardableResult
    func wait(atMost duration: Duration) -> Bool {
        grapnel_timed_wait(semaphore, duration.clampedNanoseconds)
    }
}
