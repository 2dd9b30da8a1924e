/// A release that the owner's own scripts move.
package struct ScriptDefinition: Hashable, Sendable {
    package var run: [String]
    /// Puts the release in `GRAPNEL_RESTORE` back; without one a failed deploy stays where it failed. It must be
    /// able to start anywhere: `run` may have been cut off at any line, and after a kill it is itself run again.
    package var rollback: [String]?
    /// Prints the release that `run` would deploy now, not the one that runs: the first line counts, up to a tab, so
    /// that `git ls-remote origin main` will do. Without one, each deploy is a release of its own.
    package var revision: [String]?
    /// Where all three start; nil is the home's directory.
    package var directory: String?
    package var user: String?
    package var environment: [String: String]
    package var timeout: Duration
    package var rollbackTimeout: Duration
    /// How many bytes of output are kept.
    package var output: Int

    package init(
        run: [String], rollback: [String]? = nil, revision: [String]? = nil, directory: String? = nil,
        user: String? = nil, environment: [String: String] = [:], timeout: Duration = .seconds(600),
        rollbackTimeout: Duration = .seconds(600), output: Int = 1 << 20
    ) {
        self.run = run
        self.rollback = rollback
        self.revision = revision
        self.directory = directory
        self.user = user
        self.environment = environment
        self.timeout = timeout
        self.rollbackTimeout = rollbackTimeout
        self.output = output
    }
}
