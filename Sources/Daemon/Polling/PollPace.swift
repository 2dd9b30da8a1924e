import Model

/// When to look again.
struct PollPace: Sendable {
    /// So that a registry which is back is noticed within a while, whatever the settings say.
    static let longestAfterFailure: Duration = .seconds(900)
    /// How much less often where a registry has little patience left.
    static let slowdown: Int = 4

    /// `failures` in a row; `random` is from 0 up to 1.
    static func pause(every: Duration, failures: Int, isShort: Bool, random: Double) -> Duration {
        var pause = every
        if failures > 0 { pause = min(every * (1 << min(failures, 10)), max(every, longestAfterFailure)) }
        if isShort { pause = max(pause, every * slowdown) }
        // Up to a tenth earlier or later, so that many agents do not ask together.
        let share = Double(pause.milliseconds) * 0.2 * (random - 0.5)
        return max(.milliseconds(100), pause + .milliseconds(Int64(share)))
    }

    /// How many vetoes in a row are looked at.
    static let mostVetoes = 6

    /// Before a release that a hook has refused so often in a row is asked for again: five minutes, up to two hours.
    static func pause(afterVetoes count: Int) -> Duration {
        min(.seconds(300) * (1 << max(0, count - 1)), .seconds(7200))
    }

    /// All at once would be too much for a machine that has just started.
    static func first(every: Duration, random: Double) -> Duration {
        .milliseconds(Int64(Double(min(every.milliseconds / 10, 5_000)) * random))
    }
}
