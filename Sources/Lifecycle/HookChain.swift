import Model

/// Runs the hooks of one point in order, each written ahead. The first answer other than "continue" ends
/// the chain. Hooks whose result is in the journal already, from before a kill, are not run again.
struct HookChain {
    static let stepPrefix = "hook:"

    let session: any HookSession
    let steps: DeploySteps

    func run(at point: HookPoint, _ event: HookEvent) async throws(Problem) -> ChainAnswer {
        for hook in await session.hooks(at: point) {
            let answer = try await run(hook, event)
            if let verdict = verdict(answer, of: hook, at: point) { return verdict }
        }
        return .proceed
    }

    private enum Answer {
        case given(HookAnswer)
        case failed(Problem)
    }

    private func run(_ hook: any Hook, _ event: HookEvent) async throws(Problem) -> Answer {
        let step = HookChain.stepPrefix + hook.name
        if let earlier = steps.result(step, in: event.point), let answer = HookAnswer(json: earlier) {
            return .given(answer)
        }
        try await steps.begin(step, ["idempotent": .bool(hook.isIdempotent), "point": .string(event.point.rawValue)])
        let answer: Answer
        do throws(Problem) {
            answer = .given(try await hook.run(event))
        } catch {
            if error.code == .interrupted { throw error }
            answer = .failed(error)
        }
        switch answer {
        case .given(let given): try await steps.end(step, given.json(at: event.point))
        case .failed(let problem):
            steps.log("hook \(hook.name) failed: \(problem)")
            try await steps.end(step, ["failed": .string("\(problem)"), "point": .string(event.point.rawValue)])
        }
        return answer
    }

    private func verdict(_ answer: Answer, of hook: any Hook, at point: HookPoint) -> ChainAnswer? {
        switch answer {
        case .failed(let problem):
            guard point.mayAbort || point.mayRollBack || point == .selectTag else { return nil }
            return .failed(problem, hook: hook.name)
        case .given(let given) where !given.isAllowed(at: point):
            let problem = Problem(.invalid, "answered \"\(given.name)\", which is not possible at \(point.rawValue)")
            steps.log("hook \(hook.name) failed: \(problem)")
            return verdict(.failed(problem), of: hook, at: point)
        case .given(.abort(let reason)): return .abort(reason: reason, hook: hook.name)
        case .given(.postpone(let delay, let reason)): return .postpone(delay, reason: reason, hook: hook.name)
        case .given(.rollBack(let reason)): return .rollBack(reason: reason, hook: hook.name)
        case .given(.tag(let tag)): return .tag(tag)
        case .given: return nil
        }
    }
}
