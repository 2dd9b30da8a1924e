import Lifecycle
import LuaRuntime
import Model
import RegularExpressions

/// What the plugins of the kind `tags` are made of: one call for all the tags of a repository.
extension HostAPI {
    static let tags: [AgentFunction] = [
        .waiting("tags.rank") { call throws(Problem) in
            let tags = try call.strings(0, "tags")
            let options = try call.options(1, known: rankOptions)
            var ranking = TagRanking(order: .text)
            ranking.pattern = try pattern(options)
            ranking.key = try text("by", options).map { TagKey($0) }
            ranking.current = try text("current", options)
            ranking.mayGoDown = try truth("downgrade", options)
            ranking.order = try await order(options, ranking, tags, call)
            return LuaValue(try ranking.rank(tags))
        }
    ]

    private static let rankOptions = [
        "order", "range", "prerelease", "variant", "glob", "regex", "by", "format", "current", "downgrade",
    ]
    private static let orders = ["semver", "numeric", "alphabetical", "calver", "newest"]

    private static func text(_ key: String, _ options: LuaTable) throws(Problem) -> String? {
        guard !options[key].isNil else { return nil }
        guard let text = options[key].text else {
            throw Problem(.invalid, "\(key) is \(options[key].shown), expected a string")
        }
        return text
    }

    private static func truth(_ key: String, _ options: LuaTable) throws(Problem) -> Bool {
        guard !options[key].isNil else { return false }
        guard let value = options[key].boolean else {
            throw Problem(.invalid, "\(key) is \(options[key].shown), expected true or false")
        }
        return value
    }

    private static func pattern(_ options: LuaTable) throws(Problem) -> TagPattern? {
        if let glob = try text("glob", options) { return .glob(Glob(glob)) }
        guard let regex = try text("regex", options) else { return nil }
        return .regex(try RegularExpression(regex))
    }

    private static func order(
        _ options: LuaTable, _ ranking: TagRanking, _ tags: [String], _ call: AgentCall
    ) async throws(Problem) -> TagRanking.Order {
        let name = try text("order", options)
        switch name {
        case "semver":
            let range = try VersionRange(
                try text("range", options) ?? "*", includingPrereleases: try truth("prerelease", options))
            return .versions(range, variant: try text("variant", options))
        case "numeric": return .numbers
        case "alphabetical": return .text
        case "calver": return .dates(try CalendarFormat(try text("format", options) ?? ""))
        case "newest":
            var wanted: [String] = []
            for tag in tags where try ranking.pattern?.parts(of: tag) != nil || ranking.pattern == nil {
                wanted.append(tag)
            }
            // The one that runs bounds what may follow it, also when it is gone.
            if let current = ranking.current, !wanted.contains(current) { wanted.append(current) }
            guard let times = call.context.services.times else { return .newest([:]) }
            return .newest(try await times.times(of: wanted))
        default:
            throw Problem(
                .invalid,
                "order is \(options["order"].shown), expected one of \(orders.joined(separator: ", "))")
        }
    }
}

extension LuaValue {
    /// More than this nobody looks at.
    private static let mostRanked = 100

    /// As `TagChoice(lua:)` reads it.
    fileprivate init(_ choice: TagChoice) {
        let ranked = choice.ranked.prefix(LuaValue.mostRanked).map { LuaValue($0) }
        let dropped = choice.dropped.map { dropped -> LuaValue in
            [
                "reason": LuaValue(dropped.reason), "count": LuaValue(dropped.count),
                "examples": LuaValue(dropped.examples.map { LuaValue($0) }),
            ]
        }
        self = ["seen": LuaValue(choice.seen), "ranked": LuaValue(ranked), "dropped": LuaValue(dropped)]
    }
}
