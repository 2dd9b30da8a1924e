package import Model

/// One thing that is wrong with the settings, or a warning about them.
package struct SettingsMistake: Hashable, Sendable {
    package let position: Position
    /// The key it is about, such as `services.web.health.grace`; empty for the file as a whole.
    package let place: String
    package let message: String

    package init(at position: Position, place: String = "", _ message: String) {
        self.position = position
        self.place = place
        self.message = message
    }

    package var file: String { position.file }
    package var line: Int { position.line }
    package var column: Int { position.column }
}

extension SettingsMistake: CustomStringConvertible {
    /// A label says itself which key it is.
    package var description: String {
        place.isEmpty || position.isLabel ? "\(position): \(message)" : "\(position): \(place): \(message)"
    }
}
