import Lifecycle
import Model
import Synchronization

/// When the tags of repositories were pushed, as plugins have found out a moment ago: they read whole lists for it.
final class PushTimes: Sendable {
    private let clock: any WallClock
    private let known = Mutex<[String: (since: Timestamp, times: [String: Timestamp]?)]>([:])

    private static let lifetime: Duration = .seconds(30)

    init(clock: any WallClock) { self.clock = clock }

    /// Nil where the plugin cannot tell.
    func times(
        of repository: String, _ ask: () async throws(Problem) -> [String: Timestamp]?
    ) async throws(Problem) -> [String: Timestamp]? {
        let now = clock.now()
        let kept = known.withLock { known in
            known = known.filter { now - $0.value.since < PushTimes.lifetime }
            return known[repository]
        }
        if let kept { return kept.times }
        let times = try await ask()
        known.withLock { $0[repository] = (now, times) }
        return times
    }
}
