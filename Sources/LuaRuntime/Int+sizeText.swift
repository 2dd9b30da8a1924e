extension Int {
    /// Bytes the way messages say them: `64 MiB`, `1000 bytes`.
    var sizeText: String {
        for (name, shift) in [("MiB", 20), ("KiB", 10)] where self >= 1 << shift && self % (1 << shift) == 0 {
            return "\(self >> shift) \(name)"
        }
        return "\(self) bytes"
    }
}
