package import Lifecycle
package import Model
import Synchronization

/// Hooks that answer as they were told to, and remember when they were run.
package final class RecordingHooks: HookSource {
    package enum Answer: Hashable, Sendable {
        case gives(HookAnswer)
        case fails(Problem)
        /// Until it is cancelled.
        case hangs
    }

    package struct Script: Hashable, Sendable {
        package var point: HookPoint
        package var name: String
        package var isIdempotent: Bool
        /// One for each run; the last for all that follow.
        package var answers: [Answer]

        package init(
            _ point: HookPoint, _ name: String, isIdempotent: Bool = false, _ answers: [Answer] = [.gives(.proceed)]
        ) {
            self.point = point
            self.name = name
            self.isIdempotent = isIdempotent
            self.answers = answers
        }

        package init(_ point: HookPoint, _ name: String, isIdempotent: Bool = false, _ answer: HookAnswer) {
            self.init(point, name, isIdempotent: isIdempotent, [.gives(answer)])
        }
    }

    package struct Run: Hashable, Sendable {
        package let hook: Script
        package let event: HookEvent
    }

    private let scripts: [Script]
    private let policy: (any TagPolicy)?
    private let record: Record
    private let power: PowerSupply

    private final class Record: Sendable {
        let runs = Mutex<[Run]>([])
        let sessions = Mutex((opened: 0, closed: 0))
    }

    package convenience init(_ scripts: [Script] = [], policy: (any TagPolicy)? = nil) {
        self.init(scripts, policy, Record(), PowerSupply())
    }

    private init(_ scripts: [Script], _ policy: (any TagPolicy)?, _ record: Record, _ power: PowerSupply) {
        self.scripts = scripts
        self.policy = policy
        self.record = record
        self.power = power
    }

    /// The same hooks in another life of the agent.
    package func restarted(on power: PowerSupply) -> RecordingHooks {
        RecordingHooks(scripts, policy, record, power)
    }

    package var runs: [Run] { record.runs.withLock { $0 } }
    package var names: [String] { runs.map(\.hook.name) }
    package var openSessions: Int { record.sessions.withLock { $0.opened - $0.closed } }

    package func policy(for service: Service) -> (any TagPolicy)? { policy }

    package func session(for deploy: Deploy) -> any HookSession {
        record.sessions.withLock { $0.opened += 1 }
        return Session(source: self)
    }

    fileprivate func run(_ script: Script, _ event: HookEvent) async throws(Problem) -> HookAnswer {
        await Task.yield()
        let count = try power.change { () throws(Problem) in
            record.runs.withLock { runs in
                let count = runs.count { $0.hook == script }
                runs.append(Run(hook: script, event: event))
                return count
            }
        }
        switch script.answers[min(count, script.answers.count - 1)] {
        case .gives(let answer): return answer
        case .fails(let problem): throw problem
        case .hangs:
            while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
            throw Problem(.interrupted, "the agent is being stopped")
        }
    }

    private struct Session: HookSession {
        let source: RecordingHooks

        func hooks(at point: HookPoint) async -> [any Hook] {
            source.scripts.filter { $0.point == point }.map { RecordingHook(script: $0, source: source) }
        }

        func close() async { source.record.sessions.withLock { $0.closed += 1 } }
    }
}

private struct RecordingHook: Hook {
    let script: RecordingHooks.Script
    let source: RecordingHooks

    var name: String { script.name }
    var isIdempotent: Bool { script.isIdempotent }

    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer { try await source.run(script, event) }
}
