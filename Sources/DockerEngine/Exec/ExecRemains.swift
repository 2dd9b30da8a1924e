import Model
import Processes

/// A program in a container whose caller is gone. The engine lets it run on, and has no call to end it.
///
/// Where the engine is on this machine, as behind a unix socket, and this process is root there, its processes are this
/// machine's, and they are known by an entry of their environment. Elsewhere the container's own shell is asked, if it
/// has one.
struct ExecRemains: Sendable {
    static let marker = "GRAPNEL_EXEC"

    let engine: Engine
    let container: String
    let exec: String
    let mark: String
    let user: String?

    /// A sentence that says how it ended.
    func end() async -> String {
        do throws(Problem) {
            guard try await engine.exec(exec).isRunning else { return "it has ended by itself meanwhile" }
            if engine.address.unixSocket != nil {
                _ = try? await DeployChildren.end(marker: ExecRemains.marker, value: mark)
                if try await hasEnded() { return "it was ended in the container" }
            }
            _ = try? await engine.startedExec(container, byShell)
            if try await hasEnded() { return "it was ended in the container" }
            return
                "it still runs in the container, \(place(try await engine.exec(exec))): the engine cannot end it, and "
                + "neither this process nor a shell in the container could"
        } catch {
            return "nobody knows whether it still runs in the container: \(error)"
        }
    }

    func place(_ exec: Exec) -> String { "as process \(exec.pid) of the engine's machine" }

    /// The engine hears of it a moment later.
    private func hasEnded() async throws(Problem) -> Bool {
        for _ in 0..<20 {
            guard try await engine.exec(exec).isRunning else { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// As the same user, who may see the environment of its own processes and signal them. Its own environment does not
    /// have the mark.
    private var byShell: ContainerCommand {
        let entry = "\(ExecRemains.marker)=\(mark)"
        let script = """
            for signal in TERM KILL; do
              for process in /proc/[0-9]*; do
                grep -q \(entry) "$process/environ" && kill -$signal "${process#/proc/}"
              done
              sleep 1
            done 2>/dev/null
            """
        return ContainerCommand(["/bin/sh", "-c", script], user: user, timeout: .seconds(10))
    }
}

extension Engine {
    /// Runs it to its end, whatever that is.
    fileprivate func startedExec(_ container: String, _ command: ContainerCommand) async throws(Problem) {
        let id = try await createExec(container, command, environment: [])
        try await startExec(id, timeout: command.timeout) { _ in true }
    }
}
