import Lifecycle
import LuaRuntime
package import Model

/// One entry of `notify` in the settings. Its function gets a fresh state for every event, so that nothing of one
/// is left for the next but what is in `agent.store`.
package struct NotifyPlugin: NotificationChannel {
    package let name: String
    private let plugin: Plugin
    private let options: LuaTable
    private let redaction: Redaction
    private let events: Set<Event.Kind>
    private let services: Set<String>?
    private let surroundings: HookSurroundings
    private let log: @Sendable (String) -> Void

    /// What is told unless the settings say otherwise.
    package static let usualEvents: Set<Event.Kind> = [
        .deployed, .rolledBack, .failed, .aborted, .waiting, .recovered, .journalRestored,
    ]

    /// The use was checked: `PluginCatalog.check`. `services` is nil for all.
    package init(
        _ plugin: Plugin, _ use: PluginUse, events: Set<Event.Kind>?, services: Set<String>?,
        surroundings: HookSurroundings, log: @escaping @Sendable (String) -> Void
    ) {
        name = "\(use.place) (\(use.plugin))"
        self.plugin = plugin
        options = plugin.options(use)
        let redaction = Redaction(plugin.secrets(options))
        self.redaction = redaction
        self.events = events ?? NotifyPlugin.usualEvents
        self.services = services
        self.surroundings = surroundings
        self.log = { [name] in log("\(name): \(redaction.apply($0))") }
    }

    /// What concerns no service in particular concerns everyone.
    package func wants(_ event: Event) -> Bool {
        guard events.contains(event.kind) else { return false }
        guard let services, let service = event.service else { return true }
        return services.contains(service)
    }

    package func send(_ event: Event) async throws(Problem) {
        let limits = surroundings.limits
        let bounds = LuaLimits(time: limits.timeout, memory: limits.memory, output: limits.output)
        let state = try LuaState(limits: bounds, output: log)
        let agent = AgentTable()
        let context = HostContext(
            file: plugin.name, point: nil, needs: plugin.manifest.needs.intersection(limits.allowedPowers),
            limits: limits, services: surroundings.services, log: log)
        let values: [LuaValue]
        do throws(LuaFailure) {
            values = try await surroundings.threads.run(state) { [plugin, options] state throws(LuaFailure) in
                let table = try state.load(source: plugin.source, name: plugin.chunk)
                guard let function = table[plugin.manifest.kind.function].function else { return [] }
                agent.begin(context)
                defer { agent.end() }
                return try state.call(function, [LuaValue(event.json), .table(options), agent.value])
            }
        } catch {
            throw Problem(error.problem.code, redaction.apply("\(error.problem)"))
        }
        // `return nil, "message"` is how Lua's own functions fail.
        guard values.allSatisfy(\.isNil) else {
            let shown = values.first { !$0.isNil }?.shown ?? "nil"
            throw Problem(.invalid, redaction.apply("\(plugin.chunk): it returned \(shown), expected nothing"))
        }
    }
}
