import Lifecycle
import LuaRuntime
package import Model

/// One entry of `notify` in the settings.
package struct NotifyPlugin: NotificationChannel {
    package let name: String
    private let call: PluginCall
    private let events: Set<Event.Kind>
    private let services: Set<String>?
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
        call = PluginCall(plugin, use, surroundings: surroundings)
        self.events = events ?? NotifyPlugin.usualEvents
        self.services = services
        self.log = { [name] in log("\(name): \($0)") }
    }

    /// What concerns no service in particular concerns everyone.
    package func wants(_ event: Event) -> Bool {
        guard events.contains(event.kind) else { return false }
        guard let services, let service = event.service else { return true }
        return services.contains(service)
    }

    package func send(_ event: Event) async throws(Problem) {
        let values = try await call(LuaValue(event.json), log: log)
        // `return nil, "message"` is how Lua's own functions fail.
        guard values.allSatisfy(\.isNil) else {
            let shown = values.first { !$0.isNil }?.shown ?? "nil"
            throw call.problem("it returned \(shown), expected nothing")
        }
    }
}
