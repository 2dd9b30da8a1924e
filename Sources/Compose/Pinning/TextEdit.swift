/// Some bytes of a text that are to be others.
struct TextEdit: Hashable {
    let range: Range<Int>
    let text: String

    /// None of them may touch another.
    static func apply(_ edits: [TextEdit], to bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            result.replaceSubrange(edit.range, with: edit.text.utf8)
        }
        return result
    }
}
