/// A Lua function, which stays in its state: it can only be called there, or handed back into it. The state keeps
/// it for as long as it lives.
package struct LuaFunctionReference: Hashable, Sendable {
    let state: ObjectIdentifier
    let number: Int64
}
