package import Lifecycle
package import Model
import Synchronization

/// Runs the hooks of one hook point outside any deploy, for their owner to try them. They really run, with a deploy that
/// never happened or with one that did.
package struct HookTester: Sendable {
    /// What came of one hook.
    package struct Trial: Sendable {
        package let hook: String
        /// What failed, when it did; nil for a hook that was not reached.
        package let answer: Result<HookAnswer, Problem>?
        package let duration: Duration
        package let log: [String]

        /// It ends the chain: the hooks after it are not run.
        package var isLast: Bool = false
    }

    private let finder: HookFinder
    private let surroundings: HookSurroundings

    package init(_ finder: HookFinder, surroundings: HookSurroundings) {
        self.finder = finder
        self.surroundings = surroundings
    }

    package func test(_ event: HookEvent) async -> [Trial] {
        let log = CapturedLog()
        var surroundings = surroundings
        surroundings.log = { _, line in log.add(line) }
        let session = HookDirectory(finder, surroundings: surroundings).session(for: event.deploy)
        var trials: [Trial] = []
        var isOver = false
        for hook in await session.hooks(at: event.point) {
            if isOver {
                trials.append(Trial(hook: hook.name, answer: nil, duration: .zero, log: []))
                continue
            }
            let trial = await test(hook, event, log)
            isOver = trial.isLast
            trials.append(trial)
        }
        await session.close()
        return trials
    }

    private func test(_ hook: any Hook, _ event: HookEvent, _ log: CapturedLog) async -> Trial {
        let clock = ContinuousClock()
        let start = clock.now
        let answer: Result<HookAnswer, Problem>
        do throws(Problem) {
            let given = try await hook.run(event)
            answer =
                given.isAllowed(at: event.point)
                ? .success(given)
                : .failure(
                    Problem(.invalid, "answered \"\(given.name)\", which is not possible at \(event.point.rawValue)"))
        } catch {
            answer = .failure(error)
        }
        return Trial(
            hook: hook.name, answer: answer, duration: clock.now - start, log: log.take(),
            isLast: ends(answer, at: event.point))
    }

    /// As in a deploy: the first answer other than "continue", and a failure where it counts.
    private func ends(_ answer: Result<HookAnswer, Problem>, at point: HookPoint) -> Bool {
        switch answer {
        case .success(.proceed), .success(.rewrite): false
        case .success: true
        case .failure: point.mayAbort || point.mayRollBack || point == .selectTag
        }
    }
}

private final class CapturedLog: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
