/// The lines at the bottom of a terminal that the next ones replace. Knows how to take them away again, also when the
/// terminal has been made narrower meanwhile and has broken them.
struct LiveBlock {
    struct Size: Hashable {
        var columns: Int
        var rows: Int
    }

    /// How wide the lines were that are there now.
    private var widths: [Int] = []

    var isEmpty: Bool { widths.isEmpty }

    /// What to write to take it away. The cursor is then where its first line began.
    mutating func erased(_ size: Size) -> String {
        guard !widths.isEmpty else { return "" }
        let columns = max(1, size.columns)
        let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
        widths = []
        // What has scrolled out at the top cannot be reached.
        let up = min(rows, max(1, size.rows)) - 1
        return "\r" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[J"
    }

    /// What to write to show these in the place of what was there. The last column stays free: some terminals break a
    /// line that is full.
    mutating func replaced(by lines: [String], _ size: Size) -> String {
        let before = erased(size)
        let fitting = lines.prefix(max(1, size.rows - 1)).map { TextWidth.cut($0, to: max(1, size.columns - 1)) }
        widths = fitting.map(TextWidth.columns)
        return before + fitting.joined(separator: "\n")
    }
}
