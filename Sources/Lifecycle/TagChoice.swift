/// Which tags were looked at, which of them could be the release, and what was against the others.
package struct TagChoice: Hashable, Sendable {
    /// Why some were left out; examples are enough of many.
    package struct Dropped: Hashable, Sendable {
        package let reason: String
        package fileprivate(set) var count: Int
        package fileprivate(set) var examples: [String]

        package init(reason: String, count: Int, examples: [String]) {
            self.reason = reason
            self.count = count
            self.examples = Array(examples.prefix(TagChoice.mostExamples))
        }
    }

    package static let mostExamples = 5

    package var seen: Int
    /// Best first.
    package var ranked: [String] = []
    package private(set) var dropped: [Dropped] = []

    package init(seen: Int) { self.seen = seen }

    /// As much of it as anybody reads.
    package var short: TagChoice {
        var short = self
        short.ranked = Array(ranked.prefix(10))
        return short
    }

    package mutating func drop(_ tag: String, _ reason: String) {
        add(Dropped(reason: reason, count: 1, examples: [tag]))
    }

    package mutating func add(_ more: Dropped) {
        guard let known = dropped.firstIndex(where: { $0.reason == more.reason }) else { return dropped.append(more) }
        dropped[known].count += more.count
        let room = TagChoice.mostExamples - dropped[known].examples.count
        dropped[known].examples += more.examples.prefix(max(0, room))
    }
}
