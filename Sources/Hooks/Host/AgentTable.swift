package import LuaRuntime
import Model
import Synchronization

/// The table `agent` of one Lua state. Which hook is running changes from call to call; the table asks.
package final class AgentTable: Sendable {
    private struct Current {
        var context: HostContext
        /// The last verdict function that was called.
        var verdict: String?
    }

    private final class Running: Sendable {
        let current = Mutex<Current?>(nil)
    }

    private let running = Running()
    /// What a Lua function gets as its last argument.
    package let value: LuaValue

    package init(_ functions: [AgentFunction] = HostAPI.functions) {
        var root = LuaTable()
        let running = running
        for function in functions {
            let host = HostFunction(function.name) { call throws(Problem) in
                [try AgentTable.run(function, call, running)]
            }
            root.insert(.host(host), at: function.path.split(separator: "."))
        }
        value = .table(root)
    }

    /// Before the Lua function is called.
    package func begin(_ context: HostContext) { running.current.withLock { $0 = Current(context: context) } }

    /// Answers which verdict function was called last, if any was.
    @discardableResult
    package func end() -> String? {
        running.current.withLock { current in
            defer { current = nil }
            return current?.verdict
        }
    }

    /// TERM, five seconds, KILL, and some.
    private static let patience: Duration = .seconds(10)

    private static func run(
        _ function: AgentFunction, _ call: HostCall, _ running: Running
    ) throws(Problem) -> LuaValue {
        guard let context = running.current.withLock({ $0?.context }) else {
            throw Problem(.forbidden, "\(function.name) may not be called while a file is loaded")
        }
        try function.check(context)
        if HostAPI.verdicts.contains(where: { $0.path == function.path }) {
            running.current.withLock { $0?.verdict = function.name }
        }
        let agentCall = AgentCall(
            context: context, arguments: call.arguments, deadline: ContinuousClock.now + call.remaining)
        // It says itself where in the script it happened.
        var ownMistake: Problem?
        do throws(Problem) {
            switch function.body {
            case .immediate(let body): return try body(agentCall)
            case .waiting(let body): return try call.await { () async throws(Problem) in try await body(agentCall) }
            case .streaming(let body):
                return try call.await(
                    patience: patience,
                    { (hand: @escaping HostCall.Hand<AgentFunction.CallBack>) async throws(Problem) -> LuaValue in
                        try await body(agentCall, hand)
                    },
                    each: { (item: AgentFunction.CallBack) throws(Problem) -> Bool in
                        do throws(LuaFailure) {
                            let answer = try call.call(item.function, item.arguments).first
                            return !item.mayEnd || answer != .boolean(false)
                        } catch {
                            ownMistake = error.problem
                            throw error.problem
                        }
                    })
            }
        } catch {
            throw ownMistake ?? error.at(function.name)
        }
    }
}

extension LuaTable {
    fileprivate mutating func insert(_ value: LuaValue, at path: [Substring]) {
        guard let first = path.first else { return }
        guard path.count > 1 else {
            self[String(first)] = value
            return
        }
        var inner = self[String(first)].table ?? LuaTable()
        inner.insert(value, at: Array(path.dropFirst()))
        self[String(first)] = .table(inner)
    }
}
