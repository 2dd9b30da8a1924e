/// A release that the owner's own scripts move.
package struct ScriptDefinition: Hashable, Sendable {
    package var run: [String]
    /// Puts the old release back; without one a failed deploy stays where it failed.
    package var rollback: [String]?
    /// Prints the revision that runs, on one line.
    package var revision: [String]?
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
