import Lifecycle
import Model

/// One function of a Lua file.
struct LuaHook: Hook {
    let file: LuaHookFile
    let isIdempotent: Bool

    var name: String { file.name }

    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer { try await file.run(event) }
}
