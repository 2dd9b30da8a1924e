package import Model

/// One write-ahead record of a deploy: something is about to be done, or its result.
package struct JournalEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case intent
        case result
    }

    package let phase: Phase
    /// Empty for the phase itself; `hook:NAME` for a hook; otherwise the driver's own name for the step.
    package let step: String
    package let kind: Kind
    /// All that is needed to undo it, or what came of it. Never shown: it may hold a container's environment.
    package let data: JSON
    package let at: Timestamp

    package init(phase: Phase, step: String = "", kind: Kind, data: JSON = .null, at: Timestamp) {
        self.phase = phase
        self.step = step
        self.kind = kind
        self.data = data
        self.at = at
    }
}
