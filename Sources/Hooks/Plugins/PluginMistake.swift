package import Model

/// One thing that is wrong with how the settings use a plugin.
package struct PluginMistake: Hashable, Sendable {
    package let position: Position
    /// The key it is about, such as `notify[0].url`.
    package let place: String
    package let message: String
}

extension PluginMistake: CustomStringConvertible {
    package var description: String { "\(position): \(place): \(message)" }
}
