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
        if let earlier = steps.result(step, in: event.point) {
            if let failure = earlier["failed"]?.string { return .failed(Problem(.failed, failure)) }
            if let answer = HookAnswer(json: earlier) { return .given(answer) }
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
            try await steps.end(step, HookChain.failure("\(problem)", at: event.point))
        }
        return answer
    }

    private static func failure(_ reason: String, at point: HookPoint) -> JSON {
        ["failed": .string(reason), "point": .string(point.rawValue)]
    }

    /// The hook of a phase that was running when the agent was killed, and may not be run again.
    static func cutOff(in phase: Phase, _ entries: [JournalEntry]) -> String? {
        guard phase != .health, phase != .restored else { return nil }
        let last = entries.last { $0.phase == phase && $0.step.hasPrefix(stepPrefix) }
        guard let last, last.kind == .intent, last.data["idempotent"]?.bool != true else { return nil }
        return String(last.step.dropFirst(stepPrefix.count))
    }

    /// Counts it as failed, so that the hooks after it are run and it is not.
    static func giveUp(_ hook: String, at point: HookPoint, _ steps: DeploySteps) async throws(Problem) {
        steps.log("hook \(hook) was running when the agent was killed, its result is unknown")
        try await steps.end(stepPrefix + hook, failure("the agent was killed, its result is unknown", at: point))
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
