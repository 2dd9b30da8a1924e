import Model

/// One of the owner's programs with everything that it takes to run it, so that the journal can keep it: a deploy is
/// undone by the script that it began with, whatever the settings say by then.
struct Script: Hashable, Sendable {
    var arguments: [String]
    var directory: String?
    var user: String?
    var environment: [String: String]
    var timeout: Duration
    /// How many bytes of output are kept.
    var output: Int

    /// What it is called in the history.
    var name: String { arguments.first ?? "" }
}

extension ScriptDefinition {
    /// Asking is not deploying: what takes longer than this hangs.
    private static let revisionTimeout = Duration.seconds(60)

    var runScript: Script { script(run, timeout: timeout) }
    var rollbackScript: Script? { rollback.map { script($0, timeout: rollbackTimeout) } }
    var revisionScript: Script? { revision.map { script($0, timeout: min(timeout, ScriptDefinition.revisionTimeout)) } }

    private func script(_ arguments: [String], timeout: Duration) -> Script {
        Script(
            arguments: arguments, directory: directory, user: user, environment: environment, timeout: timeout,
            output: output)
    }
}
