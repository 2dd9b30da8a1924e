import Lifecycle
import LuaRuntime
import Model

/// One use of a plugin, ready to be called. Each call gets a fresh Lua state, so that nothing of one is left for the next
/// but what is in `agent.store`.
struct PluginCall: Sendable {
    let plugin: Plugin
    let options: LuaTable
    /// Takes its secrets out of whatever it says.
    let redaction: Redaction
    private let surroundings: HookSurroundings

    /// The use was checked: `PluginCatalog.check`.
    init(_ plugin: Plugin, _ use: PluginUse, surroundings: HookSurroundings) {
        self.plugin = plugin
        self.surroundings = surroundings
        options = plugin.options(use)
        redaction = Redaction(plugin.secrets(options))
    }

    /// What the plugin's function answers to a value, its options and `agent`; nothing where it has no such function.
    /// `adapt` is for services that only this kind has.
    func callAsFunction(
        _ value: LuaValue, of name: String? = nil, log: @escaping @Sendable (String) -> Void,
        adapt: (inout HostServices) -> Void = { _ in }
    ) async throws(Problem) -> [LuaValue] {
        let limits = surroundings.limits
        let redacted: @Sendable (String) -> Void = { [redaction] in log(redaction.apply($0)) }
        let bounds = LuaLimits(time: limits.timeout, memory: limits.memory, output: limits.output)
        let state = try LuaState(limits: bounds, output: redacted)
        let agent = AgentTable()
        var services = surroundings.services
        adapt(&services)
        let context = HostContext(
            file: plugin.name, point: nil, needs: plugin.manifest.needs.intersection(limits.allowedPowers),
            limits: limits, services: services, log: redacted)
        do throws(LuaFailure) {
            return try await surroundings.threads.run(state) { [plugin, options] state throws(LuaFailure) in
                let table = try state.load(source: plugin.source, name: plugin.chunk)
                guard let function = table[name ?? plugin.manifest.kind.function].function else { return [] }
                agent.begin(context)
                defer { agent.end() }
                return try state.call(function, [value, .table(options), agent.value])
            }
        } catch {
            throw Problem(error.problem.code, redaction.apply("\(error.problem)"))
        }
    }

    /// It did not answer as it should.
    func problem(_ message: String) -> Problem { Problem(.invalid, redaction.apply("\(plugin.chunk): \(message)")) }
}
