package import Model

/// How many pulls a registry still allows: `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 20;w=21600`.
///
/// Looks do not count, pulls of whoever shares the address do. Registries that say nothing have no such limit.
package struct Quota: Hashable, Sendable {
    package let limit: Int
    package let remaining: Int
    package let window: Duration
    package let seen: Timestamp

    init?(_ headers: HTTPHeaders, now: Timestamp) {
        guard let limit = Quota.number(headers["ratelimit-limit"]), limit.count > 0,
            let remaining = Quota.number(headers["ratelimit-remaining"])
        else { return nil }
        self.limit = limit.count
        self.remaining = remaining.count
        window = limit.window ?? remaining.window ?? .seconds(21_600)
        seen = now
    }

    /// Little is left of it, as far as is known: what was seen long ago no longer counts.
    package func isLow(at now: Timestamp) -> Bool { remaining <= limit / 10 && now - seen < window }

    private static func number(_ header: String?) -> (count: Int, window: Duration?)? {
        guard let parts = header?.split(separator: ";"), let first = parts.first, let count = Int(first) else {
            return nil
        }
        let window = parts.dropFirst().first { $0.hasPrefix("w=") }.flatMap { Int($0.dropFirst(2)) }
        // Whatever they write, it is reckoned with.
        return (min(max(count, 0), 1_000_000_000), window.map { .seconds(min(max($0, 1), 86_400)) })
    }
}
