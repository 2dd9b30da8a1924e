/// One use of a plugin in the settings: which one, and the options as they were written.
package struct PluginUse: Hashable, Sendable {
    package let plugin: String
    /// An object. It does not hold the keys that belong to Grapnel itself (`plugin`, `events`).
    package let options: LocatedValue
    package let position: Position
    /// Where the use stands in the settings, as messages name it: `notify[0]`, `services.web.track`.
    package let place: String

    package init(plugin: String, options: LocatedValue, position: Position, place: String) {
        self.plugin = plugin
        self.options = options
        self.position = position
        self.place = place
    }
}
