import Model

// What each phase does.
extension DeployRunner {
    mutating func perform(_ phase: Phase, _ session: any HookSession) async throws(Problem) -> PhaseResult {
        do throws(Problem) {
            if let point = phase.hookPoint {
                let answer = try await chain(session).run(at: point, HookEvent(point: point, deploy: deploy))
                if phase.isBeforeChanges, machine.overridesVetoes, answer != .proceed {
                    steps.log("what hooks say against it does not count: --force")
                }
                return .answered(answer)
            }
            switch phase {
            case .select: return try await select(session)
            case .plan: return try await plan()
            case .pull:
                try await around.driver.pull(deploy, steps)
                return .done
            case .up:
                try await untilItAnswers(phase) { () throws(Problem) in try await around.driver.up(deploy, steps) }
                return .done
            case .health, .restored:
                return try await watch(session, phase)
            case .settle:
                try await untilItAnswers(phase) { () throws(Problem) in try await around.driver.settle(deploy, steps) }
                return .settled(warning: nil)
            default:
                return .undone(
                    try await untilItAnswers(phase) { () throws(Problem) in
                        try await around.driver.undo(deploy, steps)
                    })
            }
        } catch {
            if error.code == .interrupted { throw error }
            return .failed(error)
        }
    }

    private func plan() async throws(Problem) -> PhaseResult {
        let journal = around.journal
        let state = try await journal.service(service.name) ?? ServiceState(name: service.name)
        return try await choice.plan(chosen: machine.chosen, state: state) { () throws(Problem) in
            try await journal.blocks(service: service.name)
        }
    }

    private func select(_ session: any HookSession) async throws(Problem) -> PhaseResult {
        let result = try await choice.select(session, steps)
        if case .selected(.tag(let tag, let choice?)) = result { steps.log("\(tag) is chosen; \(choice.text)") }
        return result
    }

    private var choice: ReleaseChoice {
        ReleaseChoice(driver: around.driver, deploy: deploy, hooks: around.hooks, clock: around.clock)
    }

    private func chain(_ session: any HookSession) -> HookChain { HookChain(session: session, steps: steps) }
}
