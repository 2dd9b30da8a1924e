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

    private func select(_ session: any HookSession) async throws(Problem) -> PhaseResult {
        guard record.wish.target == .follow, let tags = try await around.driver.candidates(deploy) else {
            return .selected(nil)
        }
        let event = HookEvent(point: .selectTag, deploy: deploy, tags: tags)
        switch try await chain(session).run(at: .selectTag, event) {
        case .tag(let tag):
            guard tags.isEmpty || tags.contains(tag) else {
                throw Problem(.invalid, "a hook chose the tag \"\(tag)\", which is not among the \(tags.count) known")
            }
            return .selected(tag)
        // A hook that chooses releases and fails must not be passed over for a default that its owner
        // may have written it to prevent.
        case .failed(let problem, let hook): throw problem.at(hook)
        default: return .selected(nil)
        }
    }

    private func plan() async throws(Problem) -> PhaseResult {
        let state = try await around.journal.service(service.name) ?? ServiceState(name: service.name)
        let plan = try await around.driver.plan(deploy, chosen: machine.chosen, state: state)
        let blocks = try await around.journal.blocks(service: service.name)
        let now = around.clock.now()
        let block = blocks.first { $0.release.isSame(as: plan.to) && $0.isInForce(at: now) }
        return .planned(plan, block: block)
    }

    private func chain(_ session: any HookSession) -> HookChain { HookChain(session: session, steps: steps) }
}
