import Hooks
import Lifecycle
import Model
import Settings

/// What the settings ask of plugins.
extension PluginCatalog {
    func mistakes(in settings: Settings) -> [SettingsMistake] {
        settings.notify.flatMap { target in
            check(target.plugin, as: .notify, allowed: settings.hooks.allowedPowers).map { mistake in
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
