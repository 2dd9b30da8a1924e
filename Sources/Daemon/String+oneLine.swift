import Model

extension String {
    /// For a log, whatever a script, a hook or a registry has put into it: one entry is one line, and nothing in it
    /// moves the cursor of whoever looks.
    var oneLine: String {
        split(whereSeparator: \.isNewline).map { String(harmless: $0.utf8) }.joined(separator: " | ")
    }
}
