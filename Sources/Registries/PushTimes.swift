import Lifecycle
import Model
import Synchronization

/// When the tags of repositories were pushed, as plugins have found out a moment ago: they read whole lists for it.
final class PushTimes: Sendable {
    struct Key: Hashable {
        let repository: String
        /// Two may be told different things.
        let plugin: PluginUse
        let credentials: RegistryCredentials?
    }

    private let clock: any WallClock
    private let known = Mutex<[Key: (since: Timestamp, times: [String: Timestamp]?)]>([:])

    private static let lifetime: Duration = .seconds(30)

    init(clock: any WallClock) { self.clock = clock }

    /// Nil where the plugin cannot tell. `anew` is for who has to know what holds now.
    func times(
        _ key: Key, anew: Bool, _ ask: () async throws(Problem) -> [String: Timestamp]?
    ) async throws(Problem) -> [String: Timestamp]? {
        let now = clock.now()
        let kept = known.withLock { known in
            known = known.filter { now - $0.value.since < PushTimes.lifetime }
            return known[key]
        }
        if !anew, let kept { return kept.times }
        let times = try await ask()
        known.withLock { $0[key] = (now, times) }
        return times
    }
}
