import LuaRuntime
import Model

/// How a verdict looks in Lua: `{ verdict = "defer", reason = "not at night", delay = "1h" }`.
enum LuaVerdict {
    static func value(_ answer: HookAnswer) -> LuaValue {
        switch answer {
        case .abort(let reason): ["verdict": "abort", "reason": LuaValue(reason)]
        case .postpone(let delay, let reason):
            ["verdict": "defer", "reason": LuaValue(reason), "delay": LuaValue(delay.text)]
        case .rollBack(let reason): ["verdict": "rollback", "reason": LuaValue(reason)]
        case .notYet(let reason): ["verdict": "not_yet", "reason": LuaValue(reason)]
        case .drop: ["verdict": "drop"]
        case .proceed, .tag, .rewrite: nil
        }
    }

    /// Nil for what is no verdict.
    static func answer(_ value: LuaValue) -> HookAnswer? {
        let reason = value["reason"].text
        switch (value["verdict"].text, reason) {
        case ("abort", let reason?): return .abort(reason: reason)
        case ("defer", let reason?):
            return value["delay"].text.flatMap { Duration(text: $0) }.map { .postpone($0, reason: reason) }
        case ("rollback", let reason?): return .rollBack(reason: reason)
        case ("not_yet", let reason?): return .notYet(reason: reason)
        case ("drop", _): return .drop
        default: return nil
        }
    }
}
