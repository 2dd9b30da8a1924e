/// Finds the word that someone meant.
enum Nearest {
    /// The candidate that the fewest slips separate from the word, if they are few for its length.
    static func word(to word: String, among candidates: [String]) -> String? {
        let allowed = max(1, min(word.count, 9) / 3)
        return candidates.map { ($0, slips(word, $0)) }
            .filter { $0.1 <= allowed }
            .min { $0.1 < $1.1 }?.0
    }

    /// How many letters are missing, too much, wrong, or swapped with their neighbour.
    static func slips(_ word: String, _ other: String) -> Int {
        let left = Array(word.lowercased().prefix(64))
        let right = Array(other.lowercased().prefix(64))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 1..<(right.count + 1) {
                let isSame = left[row - 1] == right[column - 1]
                var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                let isSwap =
                    row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1]
                if isSwap { best = min(best, beforeLast[column - 2] + 1) }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
