import Lifecycle
import LuaRuntime
import Model

extension HookEvent {
    /// The first argument of the function in a Lua file: the tags at `select-tag`, the event at `notify`, the
    /// request at `webhook`, the command at `command`, the deploy everywhere else. Members are those of the JSON that executables read.
    var luaValue: LuaValue {
        switch point {
        case .selectTag: LuaValue(tags.map { LuaValue($0) })
        case .notify: LuaValue(event?.json ?? .null)
        case .webhook: LuaValue(request?.json ?? .null)
        case .command: LuaValue(command?.json ?? .null)
        default: LuaValue(deploy.json)
        }
    }
}
