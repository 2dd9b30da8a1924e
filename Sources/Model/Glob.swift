/// `*` stands for anything, `?` for one character.
package struct Glob: Hashable, Sendable {
    private let pattern: [Character]

    package init(_ text: String) { pattern = Array(text) }

    /// What each star stands for, the first ones as short as possible; nil when it does not fit.
    package func stars(in text: String) -> [String]? {
        let text = Array(text)
        var (place, at) = (0, 0)
        var taken: [Range<Int>] = []
        while at < text.count || place < pattern.count {
            if place < pattern.count, pattern[place] == "*" {
                taken.append(at..<at)
                place += 1
            } else if place < pattern.count, at < text.count, pattern[place] == "?" || pattern[place] == text[at] {
                place += 1
                at += 1
            } else if let last = taken.popLast(), last.upperBound < text.count {
                // The last star takes one more, and what follows it is tried again.
                taken.append(last.lowerBound..<last.upperBound + 1)
                at = last.upperBound + 1
                place = afterStar(taken.count)
            } else {
                return nil
            }
        }
        return taken.map { String(text[$0]) }
    }

    private func afterStar(_ number: Int) -> Int {
        var left = number
        for (index, character) in pattern.enumerated() where character == "*" {
            left -= 1
            if left == 0 { return index + 1 }
        }
        return pattern.count
    }
}
