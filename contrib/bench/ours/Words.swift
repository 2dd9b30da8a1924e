import Model

/// The command line: a measurement, how many times, and what else it needs.
struct Words {
    let name: String
    let count: Int
    private let rest: [String]

    init(_ words: some Sequence<String>) throws(Problem) {
        let words = Array(words)
        guard words.count >= 2, let count = Int(words[1]), count > 0 else {
            throw Problem(.usage, "expected a measurement and how many times")
        }
        name = words[0]
        self.count = count
        rest = Array(words.dropFirst(2))
    }

    func text(_ index: Int) throws(Problem) -> String {
        guard index < rest.count else { throw Problem(.usage, "\(name): expected more arguments") }
        return rest[index]
    }

    func number(_ index: Int) throws(Problem) -> Int {
        guard let number = Int(try text(index)), number > 0 else {
            throw Problem(.usage, "\(name): \"\(try text(index))\" is not a number")
        }
        return number
    }
}
