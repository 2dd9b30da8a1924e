import LuaRuntime
import Model

/// What a Lua hook's return values mean at its hook point:
///
///     nothing             continue; at `health` a mistake, because nobody can tell what was meant
///     true, false         healthy and not yet, at `health` only
///     a string            the tag at `select-tag`, the message at `notify`
///     a list of strings   the command's arguments at `command`
///     a table             what a payload means at `webhook`
///     agent.abort(…) …    that verdict, where it is possible
///
/// Everything else is a failed hook.
enum LuaAnswer {
    /// `verdict` is the last verdict function that was called.
    static func answer(_ values: [LuaValue], at point: HookPoint, verdict: String?) throws(Problem) -> HookAnswer {
        // `return nil, "message"` is how Lua's own functions fail; taken for "continue" it would hide the failure.
        guard values.count <= 1 else {
            throw Problem(.invalid, "it returned \(values.count) values, expected \(expectation(at: point))")
        }
        let value = values.first ?? nil
        if let answer = LuaVerdict.answer(value) {
            guard answer.isAllowed(at: point) else {
                throw Problem(.invalid, "it answered \"\(answer.name)\", which is not possible at \(point.rawValue)")
            }
            return answer
        }
        if value.isNil, let verdict {
            throw Problem(.invalid, "it called \(verdict) but returned nothing, expected \"return \(verdict)(…)\"")
        }
        if let answer = try plainAnswer(value, at: point) { return answer }
        let shown = value.isNil ? "nothing" : value.shown
        throw Problem(.invalid, "it returned \(shown), expected \(expectation(at: point))")
    }

    private static func plainAnswer(_ value: LuaValue, at point: HookPoint) throws(Problem) -> HookAnswer? {
        switch (point, value) {
        case (.health, .boolean(true)): return .proceed
        case (.health, .boolean(false)): return .notYet(reason: "not healthy yet")
        case (.health, _): return nil
        case (_, .nil): return .proceed
        case (.selectTag, .string):
            guard let tag = value.text, ImageReference.isTag(tag[...]) else {
                throw Problem(.invalid, "it returned \(value.shown), which is not a tag")
            }
            return .tag(tag)
        case (.notify, .string): return .rewrite(JSON(value.text))
        case (.webhook, .table): return .rewrite(try value.json())
        case (.command, .table(let table)) where table.fields.isEmpty:
            let arguments = table.list.compactMap(\.text)
            return arguments.count == table.list.count ? .rewrite(.array(arguments.map(JSON.string))) : nil
        default: return nil
        }
    }

    private static func expectation(at point: HookPoint) -> String {
        switch point {
        case .selectTag: "a tag or nothing"
        case .prePull, .preUp: "nothing, agent.abort(…) or agent.defer(…)"
        case .verify: "nothing or agent.abort(…)"
        case .postUp: "nothing or agent.rollback(…)"
        case .health: "true, false, agent.not_yet(…) or agent.rollback(…)"
        case .rollback: "nothing"
        case .notify: "nothing, a message or agent.drop()"
        case .webhook: "nothing or a table"
        case .command: "nothing, a list of arguments or agent.abort(…)"
        }
    }
}
