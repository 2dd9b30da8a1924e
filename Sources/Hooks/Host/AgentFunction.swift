package import LuaRuntime
package import Model

/// One function of the table `agent`, which every Lua hook and plugin gets as its last argument.
///
/// How to add one: write an `AgentFunction`, put it into an array in an extension of `HostAPI` (one file per topic, in the
/// folder `HostAPI`), and add that array to `HostAPI.functions`. That is all: the table is built from the list, and what
/// is declared here is checked before the body runs.
///
///     extension HostAPI {
///         static let time = [
///             AgentFunction("time.now") { call throws(Problem) in
///                 .integer(call.context.services.clock.now().microseconds / 1_000_000)
///             }
///         ]
///     }
///
/// A body reads its arguments through `AgentCall` (`call.string(0, "url")`), finds everything else in `call.context`, and
/// answers with one value. A `Problem` becomes a Lua error that begins with the caller's file and line and the function's
/// name; its message need not name them. A Lua file may catch it with `pcall`.
package struct AgentFunction: Sendable {
    enum Body: Sendable {
        /// Runs on the thread of the Lua state, and may block it, but has to be back within `call.timeLeft`.
        case immediate(@Sendable (AgentCall) throws(Problem) -> LuaValue)
        /// The Lua state's thread waits for it. Its task is cancelled when the hook is interrupted or its time is over.
        case waiting(@Sendable (AgentCall) async throws(Problem) -> LuaValue)
        /// The same, and meanwhile it calls functions of the script's. Once cancelled it may take a moment to tidy up.
        case streaming(@Sendable (AgentCall, @escaping CallingBack) async throws(Problem) -> LuaValue)
    }

    /// A call of a function of the script's, on the thread of the Lua state, in order with the others.
    package struct CallBack: Sendable {
        package let function: LuaFunctionReference
        package let arguments: [LuaValue]
        /// When it answers false then, the body's task is cancelled and nothing more is called.
        package let mayEnd: Bool
    }

    /// Need not wait for it. An error of the script's ends the whole call. Answers false when the script is so far
    /// behind that it will not be called.
    package typealias CallingBack = @Sendable (CallBack) -> Bool

    /// Within `agent`, such as `http.get`.
    package let path: String
    /// What a file has to declare in `needs` to call it.
    package let power: Power?
    /// Where it may be called; nil is everywhere.
    package let points: [HookPoint]?
    let body: Body

    private init(path: String, power: Power?, points: [HookPoint]?, body: Body) {
        self.path = path
        self.power = power
        self.points = points
        self.body = body
    }

    package init(
        _ path: String, power: Power? = nil, points: [HookPoint]? = nil,
        _ body: @escaping @Sendable (AgentCall) throws(Problem) -> LuaValue
    ) {
        self.init(path: path, power: power, points: points, body: .immediate(body))
    }

    package static func waiting(
        _ path: String, power: Power? = nil, points: [HookPoint]? = nil,
        _ body: @escaping @Sendable (AgentCall) async throws(Problem) -> LuaValue
    ) -> AgentFunction {
        AgentFunction(path: path, power: power, points: points, body: .waiting(body))
    }

    package static func streaming(
        _ path: String, power: Power? = nil, points: [HookPoint]? = nil,
        _ body: @escaping @Sendable (AgentCall, @escaping CallingBack) async throws(Problem) -> LuaValue
    ) -> AgentFunction {
        AgentFunction(path: path, power: power, points: points, body: .streaming(body))
    }

    /// The way scripts write it, for messages.
    var name: String { "agent." + path }

    /// What is wrong with calling it from a file with these needs.
    func undeclared(_ needs: Set<Power>) -> Problem? {
        guard let power, !needs.contains(power) else { return nil }
        return Problem(.forbidden, "\(name): this file does not declare it: add \"\(power.rawValue)\" to needs")
    }

    /// Whether this file may call it at this hook point.
    func check(_ context: HostContext) throws(Problem) {
        if let problem = undeclared(context.needs) { throw problem }
        if let points, !points.contains(where: { $0 == context.point }) {
            let names = points.map(\.rawValue)
            let only =
                names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and \(names.last ?? "")"
            let place = context.point.map { "at \($0.rawValue)" } ?? "here"
            throw Problem(.forbidden, "\(name) may not be called \(place), only at \(only)")
        }
    }
}
