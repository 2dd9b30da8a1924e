import Model

/// Credentials that a registry has refused are not shown to it again at once: some lock out who tries too often.
///
/// A refusal may only be about the one repository that was asked for: who has been let in elsewhere is, until this
/// happens again and again.
struct CredentialRefusals {
    private struct Key: Hashable {
        let credentials: RegistryCredentials
        /// Nil for all of the registry.
        let scope: String?
    }

    private var refused: [Key: (problem: Problem, until: Timestamp, times: Int)] = [:]
    /// Who was let in, and how often they were refused since then.
    private var welcome: [RegistryCredentials: Int] = [:]

    private static let mostInARow = 5

    mutating func accept(_ credentials: RegistryCredentials, for scope: String) {
        welcome[credentials] = 0
        refused[Key(credentials: credentials, scope: nil)] = nil
        refused[Key(credentials: credentials, scope: scope)] = nil
    }

    mutating func refuse(
        _ credentials: RegistryCredentials, for scope: String, because problem: Problem, at now: Timestamp
    ) {
        let inARow = welcome[credentials].map { $0 + 1 }
        if inARow != nil { welcome[credentials] = inARow }
        let isAboutAll = inARow.map { $0 > CredentialRefusals.mostInARow } ?? true
        let key = Key(credentials: credentials, scope: isAboutAll ? nil : scope)
        let times = (refused[key]?.times ?? 0) + 1
        // What is over for long is forgotten.
        refused = refused.filter { now < $0.value.until + .seconds(3600) }
        refused[key] = (problem, now + .seconds(min(60 << min(times - 1, 5), 1800)), times)
    }

    /// Nil when they may be shown.
    func refusal(of credentials: RegistryCredentials, for scope: String, at now: Timestamp) -> Problem? {
        let found = [nil, scope].compactMap { refused[Key(credentials: credentials, scope: $0)] }
        guard let last = found.max(by: { $0.until < $1.until }), now < last.until else { return nil }
        return Problem(.forbidden, "\(last.problem.message); it is asked again after \(last.until)")
    }
}
