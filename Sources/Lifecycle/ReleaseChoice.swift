import Model

/// Which release is meant: the same for a deploy and for a plan of one, so that the plan tells the truth.
struct ReleaseChoice: Sendable {
    let driver: any ServiceDriver
    let deploy: Deploy

    /// The tag that the hooks choose, when there is something to choose from.
    func select(_ hooks: HookChain) async throws(Problem) -> PhaseResult {
        guard deploy.wish.target == .follow, let tags = try await driver.candidates(deploy) else {
            return .selected(nil)
        }
        let event = HookEvent(point: .selectTag, deploy: deploy, tags: tags)
        switch try await hooks.run(at: .selectTag, event) {
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

    /// `blocks` are read when it is known what to look for in them.
    func plan(
        chosen: String?, state: ServiceState, clock: any WallClock, blocks: () async throws(Problem) -> [Block]
    ) async throws(Problem) -> PhaseResult {
        let plan = try await driver.plan(deploy, chosen: chosen, state: state)
        let known = try await blocks()
        let now = clock.now()
        return .planned(plan, block: known.first { $0.release.isSame(as: plan.to) && $0.isInForce(at: now) })
    }
}

extension Service {
    /// Asked before anything else of whoever wants it deployed.
    func checkEnabled() throws(Problem) {
        guard isEnabled else { throw Problem(.conflict, "services.\(name) is disabled in the settings") }
    }
}
