package import Model

/// What the journal tells by itself, without having been asked.
package enum JournalNotice: Hashable, Sendable {
    case restored(JournalRestoration)
    case migrated(path: String, from: Int64, to: Int64)
    /// The agent or the machine was stopped without warning; the journal is being checked.
    case uncleanStop(path: String)
    case checked(path: String, findings: [String])
    case backupFailed(Problem)
    case restorationFailed(Problem)

    package var message: String {
        switch self {
        case .restored(let restoration): restoration.message
        case .migrated(let path, let from, let to): "\(path): moved from schema \(from) to schema \(to)"
        case .uncleanStop(let path): "\(path): the agent was not stopped cleanly, the journal is being checked"
        case .checked(let path, let findings):
            findings.isEmpty ? "\(path): the journal is sound" : "\(path): the journal is damaged: \(findings[0])"
        case .backupFailed(let problem): "the journal was not backed up: \(problem)"
        case .restorationFailed(let problem): "the damaged journal was not restored: \(problem)"
        }
    }
}
