extension ByteSize {
    /// For people, as `docker` writes it: `512 B`, `12.3 MB`, in powers of 1000.
    package static func amount(_ bytes: Int64) -> String {
        var rest = Double(max(0, bytes))
        guard rest >= 1000 else { return "\(Int64(rest)) B" }
        var name = ""
        for unit in ["kB", "MB", "GB", "TB", "PB", "EB"] where rest >= 999.95 || name.isEmpty {
            rest /= 1000
            name = unit
        }
        let tenths = Int64((rest * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(name)"
    }
}
