import Model
import RegularExpressions

/// What a tag has to look like, whole: `nightly-*`, or a regular expression that may match anywhere in it.
enum TagPattern: Sendable {
    case glob(Glob)
    case regex(RegularExpression)

    /// What it found in the tag: all of it first, then the groups, or what the stars stand for. Nil for another tag.
    func parts(of tag: String) throws(Problem) -> Parts? {
        switch self {
        case .glob(let glob): glob.stars(in: tag).map { Parts(groups: [tag] + $0, names: [:]) }
        case .regex(let regex):
            try regex.match(tag).map { match in
                let names = regex.names.map { ($0.name, match[$0.name]) }
                return Parts(groups: match.groups, names: Dictionary(names) { first, _ in first })
            }
        }
    }

    struct Parts {
        let groups: [String?]
        let names: [String: String?]

        /// What a tag is compared by: the first group, and the whole match where there is none.
        var usual: String? { groups.count > 1 ? groups[1] : groups[0] }
    }
}
