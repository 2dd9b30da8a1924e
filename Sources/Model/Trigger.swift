/// Why a deploy is asked for, and by whom.
package struct Trigger: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case poll
        case webhook
        case api
        case commandLine = "command-line"
        case heal
        case resume

        /// Pauses, windows and holds bind these. A person who asks knows better, and healing puts back
        /// what already runs.
        package var isAutomatic: Bool { self == .poll || self == .webhook }

        /// Someone decided this very deploy.
        package var isPerson: Bool { self == .commandLine || self == .api }
    }

    package var kind: Kind
    /// Who or what exactly, for the history: a user's name, a webhook's name, a key's name.
    package var by: String?

    package init(_ kind: Kind, by: String? = nil) {
        self.kind = kind
        self.by = by
    }
}
