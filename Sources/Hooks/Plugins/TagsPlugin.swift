package import Lifecycle
import LuaRuntime
package import Model

/// One `track` of the settings that a plugin of the kind `tags` decides.
package struct TagsPlugin: TagPolicy {
    private let call: PluginCall

    /// The use was checked: `PluginCatalog.check`.
    package init(_ plugin: Plugin, _ use: PluginUse, surroundings: HookSurroundings) {
        call = PluginCall(plugin, use, surroundings: surroundings)
    }

    package func choose(
        among candidates: Candidates, log: @escaping @Sendable (String) -> Void
    ) async throws(Problem) -> TagChoice {
        let request: LuaValue = [
            "tags": LuaValue(candidates.tags.map { LuaValue($0) }), "current": LuaValue(candidates.current),
        ]
        let values = try await call(request, log: log) { $0.times = candidates.times }
        do throws(Problem) {
            return try TagChoice(answer: values.first ?? .nil, among: candidates.tags)
        } catch {
            throw call.problem(error.message)
        }
    }
}

extension TagChoice {
    /// A tag, a list of tags with the best one first, what `agent.tags.rank` answers, or nil for none.
    init(answer: LuaValue, among tags: [String]) throws(Problem) {
        self.init(seen: tags.count)
        switch answer {
        case .nil: return
        case .string: ranked = [answer.text ?? ""]
        case .table(let table) where table.fields.isEmpty: ranked = try TagChoice.strings(answer)
        case .table(let table):
            ranked = try TagChoice.strings(table["ranked"])
            for entry in table["dropped"].table?.list ?? [] {
                guard let dropped = entry.table, let reason = dropped["reason"].text else { continue }
                let examples = dropped["examples"].table?.list.compactMap(\.text) ?? []
                add(
                    Dropped(
                        reason: reason, count: dropped["count"].integer.map { Int(clamping: $0) } ?? examples.count,
                        examples: examples))
            }
        default: throw TagChoice.strange(answer)
        }
        let known = Set(tags)
        if let stranger = ranked.first(where: { !known.contains($0) }) {
            throw Problem(.invalid, "it chose \"\(stranger)\", which is not among the \(tags.count) tags")
        }
    }

    private static func strings(_ value: LuaValue) throws(Problem) -> [String] {
        guard let list = value.table?.list, value.table?.fields.isEmpty == true else { throw strange(value) }
        let strings = list.compactMap(\.text)
        guard strings.count == list.count else { throw strange(value) }
        return strings
    }

    private static func strange(_ value: LuaValue) -> Problem {
        Problem(.invalid, "it returned \(value.shown), expected a tag, a list of tags, or what agent.tags.rank answers")
    }
}
