extension Duration {
    /// What is longer than Lua's deadline can say is as good as forever.
    var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds < Int64.max / 2_000_000_000 else { return .max }
        return max(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, 0)
    }
}
