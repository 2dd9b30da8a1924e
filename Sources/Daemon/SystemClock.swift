import Glibc
import Lifecycle
package import Model

/// The machine's own time.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    package func sleep(for duration: Duration) async throws(Problem) {
        do {
            try await Task.sleep(for: max(duration, .zero))
        } catch {
            throw Problem(.interrupted, "the agent is being stopped")
        }
    }
}
