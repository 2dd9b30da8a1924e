/// A program to run in a container that runs already.
package struct ContainerCommand: Hashable, Sendable {
    /// The program first; no shell reads them.
    package var arguments: [String]
    /// `name`, `name:group`, or numbers; nil is whom the container runs as.
    package var user: String?
    /// Added to the container's own.
    package var environment: [String: String]
    /// Nil is where the container's program started.
    package var directory: String?
    /// Nil for a program that has no standard input at all.
    package var input: [UInt8]?
    package var timeout: Duration?

    package init(
        _ arguments: [String], user: String? = nil, environment: [String: String] = [:], directory: String? = nil,
        input: [UInt8]? = nil, timeout: Duration? = nil
    ) {
        self.arguments = arguments
        self.user = user
        self.environment = environment
        self.directory = directory
        self.input = input
        self.timeout = timeout
    }

    package enum Ending: Hashable, Sendable {
        case exited(code: Int)
        /// Nobody waits for it any longer: its time is over, or its caller was cancelled. What became of the program is a
        /// sentence about it: "it was ended in the container".
        case cutOff(aftermath: String)
    }
}
