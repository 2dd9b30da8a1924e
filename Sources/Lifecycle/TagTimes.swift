package import Model

/// When the tags of a repository were pushed, as far as anybody knows.
package protocol TagTimes: Sendable {
    /// Of those that it knows; what nobody knows is left out.
    func times(of tags: [String]) async throws(Problem) -> [String: Timestamp]
}

/// For the tag that runs, when nobody knows any more when it was pushed: it was not before its image was made.
package struct TimesWithCurrent: TagTimes {
    private let times: any TagTimes
    private let tag: String
    private let made: Timestamp

    package init(_ times: any TagTimes, tag: String, made: Timestamp) {
        self.times = times
        self.tag = tag
        self.made = made
    }

    package func times(of tags: [String]) async throws(Problem) -> [String: Timestamp] {
        var known = try await times.times(of: tags)
        if tags.contains(tag), known[tag] == nil { known[tag] = made }
        return known
    }
}

extension Timestamp {
    /// There were no images before; builders that want the same image from the same source write 1970 or 1980 into each.
    private static let earliestImage = Timestamp(rfc3339: "2013-01-01T00:00:00Z")!

    /// When an image was made, by what it says of itself; nil when that is no time.
    package init?(imageMade text: String) {
        guard let moment = Timestamp(rfc3339: text), moment.isOfImage else { return nil }
        self = moment
    }

    package var isOfImage: Bool { self >= Timestamp.earliestImage }
}
