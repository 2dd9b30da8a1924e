import Model

/// How values look in tables.
enum Show {
    /// The release of a service or of one side of a deploy.
    static func release(_ value: JSON?) -> String? {
        guard let value, let release = Release(json: value) else { return nil }
        return release.shortText
    }

    /// `2026-11-20T16:15:46.123Z` to the second, without the letters.
    static func moment(_ text: String?) -> String? {
        guard let text, text.count >= 19 else { return text }
        return String(text.prefix(19).map { $0 == "T" ? " " : $0 })
    }

    /// What looking for new releases has come to, and when the next look is due.
    static func looks(_ poll: JSON?) -> String? {
        guard let poll, let every = poll["every"]?.string else { return nil }
        let finding = [poll["finding"]?.string, poll["reason"]?.string].compactMap { $0 }.joined(separator: ": ")
        let parts = [
            "every \(every)",
            poll["slowdown"]?.string.map { "less often now: \($0)" },
            moment(poll["looked"]?.string).map { "the last one at \($0), \(finding)" },
            moment(poll["next"]?.string).map { "the next one at \($0)" },
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    /// Which tags there were, which of them could be the release, and what was against the others.
    static func tags(_ tags: JSON?) -> [(title: String, line: String)] {
        guard let tags, !tags.isNull else { return [] }
        func list(_ value: JSON?, isAll: Bool) -> String {
            (value?.array ?? []).compactMap(\.string).joined(separator: ", ") + (isAll ? "" : ", …")
        }
        let ranked = tags["ranked"]?.array ?? []
        let best =
            ranked.isEmpty
            ? "none qualifies" : "the best: \(list(.array(Array(ranked.prefix(5))), isAll: ranked.count <= 5))"
        let dropped = (tags["dropped"]?.array ?? []).map { entry in
            let count = entry["count"]?.integer ?? 0
            let examples = list(entry["examples"], isAll: entry["examples"]?.array?.count == Int(count))
            return ("", "\(count) \(entry["reason"]?.string ?? ""): \(examples)")
        }
        return [("tags", "\(tags["seen"]?.integer ?? 0) seen, \(best)")] + dropped
    }

    static func took(_ deploy: JSON) -> String? {
        guard let start = deploy["started"]?.string.flatMap(Timestamp.init(_:)),
            let end = deploy["finished"]?.string.flatMap(Timestamp.init(_:))
        else { return nil }
        return (end - start).shortText
    }

    static func colour(outcome: String?) -> Terminal.Colour? {
        switch outcome {
        case "deployed"?, "unchanged"?: .green
        case "failed"?: .red
        case "rolled-back"?, "aborted"?, "blocked"?: .yellow
        default: nil
        }
    }

    static func colour(health: String?) -> Terminal.Colour? {
        switch health {
        case "healthy"?: .green
        case "unhealthy"?: .red
        case "unknown"?, "starting"?: .yellow
        default: nil
        }
    }
}
