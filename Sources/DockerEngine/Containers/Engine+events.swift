import Glibc
import Model
import Synchronization

extension Engine {
    /// Whether the engine as it runs now has seen the container end. It remembers its last few hundred events, and none
    /// from before it was started: a container that went down with it, or with the machine, ended unseen.
    func hasSeenEnd(of id: String) async throws(Problem) -> Bool {
        let filters: JSON = ["type": ["container"], "event": ["die"], "container": [.string(id)]]
        let found = Mutex(false)
        try await stream(
            "GET", "/events",
            [("since", "1"), ("until", Engine.now), ("filters", filters.text)], timeout: .seconds(10)
        ) { bytes in
            found.withLock { $0 = $0 || !bytes.isEmpty }
            return true
        }
        return found.withLock { $0 }
    }

    /// In seconds, with the fraction: what happened in this very second counts.
    private static var now: String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let fraction = String(now.tv_nsec)
        return "\(now.tv_sec)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
