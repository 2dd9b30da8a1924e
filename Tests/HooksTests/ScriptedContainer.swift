import Hooks
import Lifecycle
import Model
import Synchronization

/// A container that prints what a test says, and remembers what was asked of it.
final class ScriptedContainer: HookContainer {
    struct State {
        var description: JSON?
        var prints: [(ContainerStream, String)] = []
        var ending = ContainerCommand.Ending.exited(code: 0)
        /// After it has printed.
        var staysUntilCancelled = false
        var problem: Problem?
        var asked: [String] = []
        var command: ContainerCommand?
        var query: ContainerLogQuery?
    }

    let state: Mutex<State>

    init(_ change: (inout State) -> Void = { _ in }) {
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    var asked: [String] { state.withLock { $0.asked } }
    var command: ContainerCommand? { state.withLock { $0.command } }
    var query: ContainerLogQuery? { state.withLock { $0.query } }

    func describe(_ deploy: Deploy, environment: Bool, raw: Bool) async throws(Problem) -> JSON? {
        try note("describe \(deploy.containerName ?? "?") \(environment) \(raw)")
        return state.withLock { $0.description }
    }

    func run(
        _ command: ContainerCommand, for deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem) -> ContainerCommand.Ending {
        state.withLock { $0.command = command }
        try note("run \(deploy.containerName ?? "?")")
        do throws(Problem) {
            try await print(output)
        } catch { return .cutOff(aftermath: "it was ended in the container") }
        return state.withLock { $0.ending }
    }

    func readLog(
        _ query: ContainerLogQuery, of deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem) {
        state.withLock { $0.query = query }
        try note("log \(deploy.containerName ?? "?")")
        try await print(output)
    }

    func restart(_ deploy: Deploy, timeout: Duration) async throws(Problem) {
        try note("restart \(deploy.containerName ?? "?") \(timeout > .seconds(50) ? "long" : timeout.text)")
    }

    private func print(_ output: ContainerStream.Output) async throws(Problem) {
        for (stream, text) in state.withLock({ $0.prints }) { output(stream, Array(text.utf8)[...]) }
        guard state.withLock({ $0.staysUntilCancelled }) else { return }
        do { try await Task.sleep(for: .seconds(3600)) } catch { throw Problem(.interrupted, "cancelled") }
    }

    private func note(_ text: String) throws(Problem) {
        let problem = state.withLock { state in
            state.asked.append(text)
            return state.problem
        }
        if let problem { throw problem }
    }
}
