package import Model

/// A function that scripts can call. It runs on the thread of the state that calls it and may block there; its
/// time is part of the call's. What it throws becomes an error of Lua's where the script called it.
///
/// A state keeps each one that it ever got: make them once, not for each call, and let none hold its state.
package final class HostFunction: Sendable {
    /// The way scripts write it, `agent.http.get`, for messages.
    package let name: String
    private let body: @Sendable (HostCall) throws(Problem) -> [LuaValue]

    package init(_ name: String, _ body: @escaping @Sendable (HostCall) throws(Problem) -> [LuaValue]) {
        self.name = name
        self.body = body
    }

    /// For functions that wrap another one, to check something first.
    package func run(_ call: HostCall) throws(Problem) -> [LuaValue] { try body(call) }
}

extension HostFunction: Hashable {
    package static func == (one: HostFunction, other: HostFunction) -> Bool { one === other }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
