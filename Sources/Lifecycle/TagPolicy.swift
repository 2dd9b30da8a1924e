package import Model

/// Chooses among the tags of a repository as the settings of a service say, where they name a plugin.
package protocol TagPolicy: Sendable {
    /// `log` takes what it has to say.
    func choose(
        among candidates: Candidates, log: @escaping @Sendable (String) -> Void
    ) async throws(Problem) -> TagChoice
}

/// What came of choosing a tag.
package enum Selection: Hashable, Sendable {
    /// Nobody chose, the driver follows what it always follows.
    case open
    case tag(String, TagChoice?)
    /// Somebody was to choose and nothing qualifies.
    case nothing(reason: String, TagChoice?)

    package var tag: String? { if case .tag(let tag, _) = self { tag } else { nil } }

    package var choice: TagChoice? {
        switch self {
        case .open: nil
        case .tag(_, let choice), .nothing(_, let choice): choice
        }
    }
}

extension TagChoice {
    /// For people: `12 tags seen; 8 outside ^2 (3.0.0, 3.0.1, …), 4 no version (latest, …)`.
    package var text: String {
        let reasons = dropped.map { dropped in
            let more = dropped.count > dropped.examples.count ? ", …" : ""
            return "\(dropped.count) \(dropped.reason) (\(dropped.examples.joined(separator: ", "))\(more))"
        }
        let seen = "\(seen) tag\(seen == 1 ? "" : "s") seen"
        return reasons.isEmpty ? seen : "\(seen): \(reasons.joined(separator: ", "))"
    }

    package var json: JSON {
        [
            "seen": .integer(Int64(seen)), "ranked": .array(ranked.prefix(10).map(JSON.string)),
            "dropped": .array(
                dropped.map { dropped in
                    [
                        "reason": .string(dropped.reason), "count": .integer(Int64(dropped.count)),
                        "examples": .array(dropped.examples.map(JSON.string)),
                    ]
                }),
        ]
    }
}
