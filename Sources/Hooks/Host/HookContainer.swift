package import Lifecycle
package import Model

/// `agent.docker`: the one container that a deploy's service is.
///
/// It is the one that has the service's name at the moment of the call. During a deploy that is the old one up to
/// `pre-up`, the new one at `post-up` and `health`, and at `rollback` the old one again: the driver gives the name over in
/// the middle of `up`, where no hook runs, and back in the middle of the undoing.
///
/// `output` gets what is printed as it comes, on a thread that must not wait.
package protocol HookContainer: Sendable {
    /// Nil when there is none of that name.
    func describe(_ deploy: Deploy, environment: Bool, raw: Bool) async throws(Problem) -> JSON?

    /// A program that cannot be started is a problem. When the task is cancelled, the program is ended all the same, as
    /// far as that is possible, before this returns.
    func run(
        _ command: ContainerCommand, for deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem) -> ContainerCommand.Ending

    /// Returns when there is no more to read; one that follows also when its time is over.
    func readLog(
        _ query: ContainerLogQuery, of deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem)

    /// Returns when it runs again.
    func restart(_ deploy: Deploy, timeout: Duration) async throws(Problem)
}
