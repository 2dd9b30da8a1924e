import Crypto
package import Lifecycle
package import Model
import Synchronization

extension ServiceContainer {
    /// Everything that it starts has these in its environment: `GRAPNEL_DEPLOY`, by which the next start of a killed
    /// agent ends what is left of a deploy, and a word of its own.
    package func run(
        _ command: ContainerCommand, for deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem) -> ContainerCommand.Ending {
        let container = try await running(deploy)
        let mark = try Random.token(length: 24)
        var environment = command.environment
        environment[DeployEnvironment.marker] = deploy.id.text
        environment[ExecRemains.marker] = mark
        let id = try await engine.createExec(
            container.id, command, environment: environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        let remains = ExecRemains(engine: try engine, container: container.id, exec: id, mark: mark, user: command.user)

        let beginning = ExecBeginning()
        let result = await attend(id, command) { stream, bytes in
            beginning.take(bytes)
            output(stream, bytes)
        }
        switch result {
        case .ended: break
        case .cutOff:
            // In a task that nobody has cancelled.
            let aftermath = await Task.detached { await remains.end() }.value
            return .cutOff(aftermath: aftermath)
        case .failed(let problem): throw problem
        }
        let exec = try await engine.exec(id)
        guard let code = exec.exitCode else {
            throw Problem(
                .unreachable, "the engine closed the connection, and the program still runs: \(remains.place(exec))")
        }
        guard exec.pid != 0 else {
            throw Problem(.failed, "\"\(command.arguments[0])\" cannot be started: \(beginning.sentence)")
        }
        return .exited(code: code)
    }

    private enum Attendance {
        case ended
        /// By its time or by its caller.
        case cutOff
        case failed(Problem)
    }

    /// Starts it and stays until there is no more to read.
    private func attend(
        _ id: String, _ command: ContainerCommand, output: @escaping ContainerStream.Output
    ) async -> Attendance {
        let frames = Mutex(StreamFrames())
        let isForeign = Atomic(false)
        let take: @Sendable (ArraySlice<UInt8>) -> Bool = { bytes in
            if frames.withLock({ $0.take(bytes, output) }) { return true }
            isForeign.store(true, ordering: .relaxed)
            return false
        }
        let deadline = command.timeout.map { ContinuousClock.now + $0 }
        do throws(Problem) {
            if let input = command.input {
                try await HijackedExec(engine: engine, id: id, input: input, deadline: deadline).run(onBody: take)
            } else {
                try await engine.startExec(id, timeout: command.timeout, onBody: take)
            }
        } catch {
            let isLate = deadline.map { $0 <= ContinuousClock.now } ?? false
            if error.code == .interrupted || isLate { return .cutOff }
            return .failed(error)
        }
        if isForeign.load(ordering: .relaxed) {
            return .failed(Problem(.invalid, "the engine: what a program prints does not come in frames"))
        }
        return .ended
    }
}

/// The first that is printed. Of a program that cannot be started, the engine says why in its place.
private final class ExecBeginning: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func take(_ new: ArraySlice<UInt8>) {
        bytes.withLock { bytes in
            let room = 1000 - bytes.count
            if room > 0 { bytes += new.prefix(room) }
        }
    }

    var sentence: String {
        let line = bytes.withLock { $0 }.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first ?? []
        return line.isEmpty ? "the engine does not say why" : String(harmless: line)
    }
}
