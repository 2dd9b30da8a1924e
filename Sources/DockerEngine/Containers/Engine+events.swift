import Glibc
import Model
import Synchronization

extension Engine {
    /// Whether the engine as it runs now has seen the container's last end. It remembers its last few hundred events,
    /// and none from before it was started: a container that went down with it, or with the machine, ended unseen.
    func hasSeenEnd(of container: Container) async throws(Problem) -> Bool {
        guard let end = container.finishedSecond else { return false }
        let filters: JSON = ["type": ["container"], "event": ["die"], "container": [.string(container.id)]]
        let found = Mutex(false)
        // Both by the engine's clock, which need not be this machine's.
        try await stream(
            "GET", "/events",
            [("since", "\(end - 1)"), ("until", "\(end + 2)"), ("filters", filters.text)], timeout: .seconds(15)
        ) { bytes in
            found.withLock { $0 = $0 || !bytes.isEmpty }
            // That it ended is all that was asked.
            return false
        }
        return found.withLock { $0 }
    }
}

extension Container {
    /// Since 1970; nil when it has never ended.
    fileprivate var finishedSecond: Int? {
        // 2026-11-21T10:00:00.120000000
        let numbers = finishedAt.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count >= 6 else { return nil }
        var parts = tm()
        parts.tm_year = Int32(clamping: numbers[0] - 1900)
        parts.tm_mon = Int32(clamping: numbers[1] - 1)
        parts.tm_mday = Int32(clamping: numbers[2])
        parts.tm_hour = Int32(clamping: numbers[3])
        parts.tm_min = Int32(clamping: numbers[4])
        parts.tm_sec = Int32(clamping: numbers[5])
        let second = timegm(&parts)
        return second > 0 ? second : nil
    }
}
