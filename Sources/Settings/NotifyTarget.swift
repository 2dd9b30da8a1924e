package import Model

/// Someone to tell, through a plugin of the kind `notify`.
package struct NotifyTarget: Hashable, Sendable {
    package let plugin: PluginUse
    /// What to tell; nil is what the agent tells by default.
    package let events: Set<Event.Kind>?
    /// About which services; nil is about all.
    package let services: Set<String>?
}
