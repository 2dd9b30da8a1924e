/// What a plugin is one of. The raw value is the name of its directory.
package enum PluginKind: String, Hashable, Sendable, CaseIterable {
    case tags, notify, webhook, registry, verify

    /// The function that a plugin of this kind has to have.
    package var function: String {
        switch self {
        case .tags: "select"
        case .notify: "notify"
        case .webhook: "decode"
        case .registry: "credentials"
        case .verify: "verify"
        }
    }

    /// Those that it may have beside that.
    package var furtherFunctions: [String] { self == .registry ? ["pushed"] : [] }

    /// Keys of the settings that stand beside a plugin's options, and are not its own.
    var reservedNames: [String] {
        let own =
            switch self {
            case .tags: ["tag", "exclude", "age"]
            case .notify: ["events", "services"]
            case .webhook: ["secret", "open", "when", "services", "command", "arguments"]
            case .registry: ["username", "password", "mirrors", "insecure", "ca", "cert", "key"]
            case .verify: [String]()
            }
        return ["plugin"] + own
    }
}
