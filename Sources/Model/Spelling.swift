/// Finds the word that a misspelt one was most likely meant to be.
package enum Spelling {
    /// Nil when none is close: at most a third of the letters may differ, a swap of two counts as one, and
    /// case, `-` and `_` do not count.
    package static func suggestion(for word: String, among known: some Sequence<String>) -> String? {
        let letters = plain(word)
        let most = max(1, letters.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in known.sorted() {
            let distance = distance(letters, plain(candidate))
            if distance <= min(most, (best?.distance ?? .max) - 1) { best = (candidate, distance) }
        }
        return best?.word
    }

    /// `, did you mean "x"?`, or nothing.
    package static func hint(for word: String, among known: some Sequence<String>) -> String {
        suggestion(for: word, among: known).map { ", did you mean \"\($0)\"?" } ?? ""
    }

    /// Longer words than any that we know are cut, so that a comparison stays cheap.
    private static func plain(_ word: String) -> [UInt8] {
        word.lowercased().utf8.prefix(64).map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, letter) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var cost = min(rows[i][j] + (letter == other ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
