import CShims
import Model

/// One call of a host function. Valid until the function returns, and on its thread only.
package struct HostCall {
    package let function: HostFunction
    package let arguments: [LuaValue]
    let state: LuaState

    /// nil, Lua's own, for an argument that was not given. The first is 0.
    package subscript(index: Int) -> LuaValue {
        arguments.indices.contains(index) ? arguments[index] : .nil
    }

    /// What is left of the call's time. A host function that may take long has to stay below it: nothing else can
    /// end it.
    package var remaining: Duration { state.remaining }

    /// Calls back into the state, in the time and memory of the call that this is part of.
    package func call(_ function: LuaFunctionReference, _ arguments: [LuaValue] = []) throws(LuaFailure) -> [LuaValue] {
        try state.callWithin(function, arguments)
    }
}

/// It belongs to the frame of one host function.
@available(*, unavailable)
extension HostCall: Sendable {}
