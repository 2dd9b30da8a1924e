package import Glibc
import Model
package import Processes
import Synchronization

/// `grapnel run` in a process of its own.
package final class RunningAgent: Sendable {
    private final class Sight: Sendable {
        struct Seen {
            var pid: pid_t?
            var log: [UInt8] = []
            var end: ProcessResult?
        }

        let value = Mutex(Seen())
    }

    private let sight: Sight
    private let task: Task<Void, Never>

    /// Returns at once; see `waitUntilReady`.
    package init(_ program: Program, environment: [String: String] = [:]) {
        let sight = Sight()
        self.sight = sight
        var spec = program.spec(["run"], environment)
        // The test may well take longer than a command.
        spec.timeout = .seconds(1800)
        task = Task { [spec] in
            do throws(Problem) {
                let result = try await Process.run(spec) { stream, bytes in
                    if stream == .errors { sight.value.withLock { $0.log += bytes } }
                } started: { pid in
                    sight.value.withLock { $0.pid = pid }
                }
                sight.value.withLock { $0.end = result }
            } catch {
                sight.value.withLock { $0.end = ProcessResult(ending: .exited(-1), errors: Array("\(error)".utf8)) }
            }
        }
    }

    package var pid: pid_t? { sight.value.withLock { $0.pid } }

    /// How it ended; nil while it runs.
    package var ending: Ending? { sight.value.withLock { $0.end?.ending } }

    /// What it has written to standard error so far.
    package var log: String { String(decoding: sight.value.withLock { $0.log }, as: UTF8.self) }

    /// Until it answers, or has ended before it could: then false.
    package func waitUntilReady() async -> Bool {
        await wait { self.log.contains(" runs on ") || self.ending != nil }
        return ending == nil && log.contains(" runs on ")
    }

    /// False when it still runs after the time.
    package func waitForEnd(_ most: Duration = .seconds(60)) async -> Bool {
        await wait(most) { self.ending != nil }
    }

    package func signal(_ number: Int32) {
        guard ending == nil, let pid else { return }
        kill(pid, number)
    }

    /// As a user does it. How it ended; nil if it did not.
    @discardableResult
    package func stop() async -> Ending? {
        signal(SIGTERM)
        if await !waitForEnd(.seconds(90)) { signal(SIGKILL) }
        return ending
    }

    deinit {
        task.cancel()
    }
}
