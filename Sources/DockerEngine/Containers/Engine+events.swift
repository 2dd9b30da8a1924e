import Glibc
import Model
import Synchronization

extension Engine {
    /// Whether the engine as it runs now has seen the container's last end. It remembers its last few hundred events,
    /// and none from before it was started: a container that went down with it, or with the machine, ended unseen.
    func hasSeenEnd(of container: Container) async throws(Problem) -> Bool {
        guard let end = Container.second(of: container.finishedAt) else { return false }
        return try await hasSeen("die", of: container, from: end - 1, to: end + 2)
    }

    /// Whether somebody told it to end the container, in any way; a container that ends by itself is not told.
    func wasTold(toEnd container: Container) async throws(Problem) -> Bool {
        guard let end = Container.second(of: container.finishedAt) else { return false }
        let begin = Container.second(of: container.startedAt) ?? end
        return try await hasSeen("kill", of: container, from: begin - 1, to: end + 2)
    }

    /// Whether somebody told it so a short while ago: `stop` kills, and then waits for as long as the container asks for.
    func isEnding(_ container: Container) async throws(Problem) -> Bool {
        let time = try await get("/info")["SystemTime"]?.string.flatMap { Timestamp(rfc3339: $0) }
        guard let now = time.map({ Int($0.secondsSince1970) }) else { return false }
        let patience = Int(container.config["StopTimeout"]?.integer ?? 10) + 5
        return try await hasSeen("kill", of: container, from: now - patience, to: now + 1)
    }

    private func hasSeen(
        _ event: String, of container: Container, from begin: Int, to end: Int
    ) async throws(Problem) -> Bool {
        let filters: JSON = ["type": ["container"], "event": [.string(event)], "container": [.string(container.id)]]
        let found = Mutex(false)
        // Both by the engine's clock, which need not be this machine's.
        try await stream(
            "GET", "/events", [("since", "\(begin)"), ("until", "\(end)"), ("filters", filters.text)],
            timeout: .seconds(15)
        ) { bytes in
            found.withLock { $0 = $0 || !bytes.isEmpty }
            // That there is one is all that was asked.
            return false
        }
        return found.withLock { $0 }
    }
}

extension Container {
    /// Since 1970; nil for one that has not been.
    fileprivate static func second(of moment: String) -> Int? {
        // 2026-11-21T10:00:00.120000000
        let numbers = moment.split { !$0.isNumber }.compactMap { Int($0) }
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
