/// A script that an authorised request may run on this machine.
package struct CommandDefinition: Hashable, Sendable {
    package var name: String
    package var run: [String]
    package var directory: String?
    package var user: String?
    package var environment: [String: String]
    package var timeout: Duration
    /// How many of its jobs run at once; more wait.
    package var concurrency: Int
    /// How many bytes of output are kept.
    package var output: Int
    package var position: Position?

    package init(
        name: String, run: [String], directory: String? = nil, user: String? = nil,
        environment: [String: String] = [:], timeout: Duration = .seconds(600), concurrency: Int = 1,
        output: Int = 1 << 20, position: Position? = nil
    ) {
        self.name = name
        self.run = run
        self.directory = directory
        self.user = user
        self.environment = environment
        self.timeout = timeout
        self.concurrency = concurrency
        self.output = output
        self.position = position
    }
}
