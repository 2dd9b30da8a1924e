import Lifecycle
import Model

/// Makes backups soon after changes, and not more often than the interval.
actor BackupSchedule {
    private let interval: Duration
    private let clock: any WallClock
    private var last: Timestamp?
    private var pending: Task<Void, Never>?
    /// From then on it must not be broken off.
    private var isTaking = false
    private var hasEnded = false

    init(interval: Duration, clock: any WallClock, last: Timestamp?) {
        self.interval = interval
        self.clock = clock
        self.last = last
    }

    func changed(_ take: @escaping @Sendable () async -> Void) {
        guard pending == nil, !hasEnded else { return }
        let now = clock.now()
        // A clock that was set back must not put the next backup off for years.
        let wait = min(interval, last.map { interval - (now - $0) } ?? .zero)
        pending = Task {
            do {
                if wait > .zero { try await clock.sleep(for: wait) }
                guard !Task.isCancelled else { return }
                isTaking = true
                await take()
                ended()
            } catch {
                // The agent is being stopped, and that makes a backup of its own; or another takes its place.
            }
        }
    }

    private func ended() {
        isTaking = false
        last = clock.now()
        pending = nil
    }

    /// As if there were no backup yet: one is made at once.
    func restart(_ take: @escaping @Sendable () async -> Void) async {
        if !isTaking { pending?.cancel() }
        await pending?.value
        pending = nil
        last = nil
        changed(take)
    }

    func end() async {
        hasEnded = true
        pending?.cancel()
        await pending?.value
    }
}
