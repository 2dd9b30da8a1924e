/// What is to be started, and within which bounds.
package struct ProcessSpec: Sendable {
    /// The first one is the program. Without a slash in it, it is looked up in the absolute directories of
    /// `PATH` in `environment`, or in /usr/bin and /bin when there is none.
    package var arguments: [String]
    /// Exactly this; nothing of the agent's own environment is added.
    package var environment: [String: String] = [:]
    /// Where it starts, and what a relative program is relative to. Nil is where the agent is.
    package var directory: String?
    /// What it finds on standard input. It need not read any of it.
    package var input: [UInt8] = []
    /// `name` or `name:group`, numbers are accepted too. The program gets the ids and the supplementary groups;
    /// HOME, USER and LOGNAME are the caller's business (see `UserAccount`).
    package var user: String?
    /// After this, the program's whole group gets TERM, and after `grace` KILL.
    package var timeout: Duration?
    package var grace: Duration = .seconds(5)
    /// How many bytes of each stream are kept; the rest is read, counted and dropped, so that a program which
    /// writes a lot neither blocks nor fills the memory.
    package var outputLimit: Int = 64 * 1024

    package init(_ arguments: [String]) {
        self.arguments = arguments
    }
}
