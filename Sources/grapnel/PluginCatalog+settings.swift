import Hooks
import Lifecycle
import Model
import Settings

/// What the settings ask of plugins.
extension PluginCatalog {
    func mistakes(in settings: Settings) -> [SettingsMistake] {
        let policies = settings.services.compactMap { service in
            if case .plugin(let use)? = service.track { use } else { nil }
        }
        let helpers =
            settings.registries.values.compactMap(\.plugin) + settings.services.compactMap { $0.registry?.plugin }
        let uses =
            settings.notify.map { (PluginKind.notify, $0.plugin) } + policies.map { (PluginKind.tags, $0) }
            + helpers.map { (PluginKind.registry, $0) }
        return uses.flatMap { kind, use in
            check(use, as: kind, allowed: settings.hooks.allowedPowers).map { mistake in
                SettingsMistake(at: mistake.position, place: mistake.place, mistake.message)
            }
        }
    }

    func channels(
        _ settings: Settings, _ surroundings: HookSurroundings, log: @escaping @Sendable (String) -> Void
    ) throws(Problem) -> [any NotificationChannel] {
        var channels: [any NotificationChannel] = []
        for target in settings.notify {
            channels.append(
                NotifyPlugin(
                    try find(.notify, target.plugin.plugin), target.plugin, events: target.events,
                    services: target.services, surroundings: surroundings, log: log))
        }
        return channels
    }
}
