/// The agent's own log.
package struct LogSettings: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable {
        case text, json
    }

    package enum Level: String, Hashable, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    package var format = Format.text
    package var level = Level.info
    /// nil is standard error.
    package var file: String?
}
