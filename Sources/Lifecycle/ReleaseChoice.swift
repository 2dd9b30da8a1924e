import Model

/// Which release is meant: the same for a deploy, for a plan of one and for a poll, so that they agree.
struct ReleaseChoice: Sendable {
    let driver: any ServiceDriver
    let deploy: Deploy
    let policy: (any TagPolicy)?
    let clock: any WallClock

    /// How many of the best tags are asked for their age before nothing is said to be old enough.
    private static let mostAsked = 20

    init(driver: any ServiceDriver, deploy: Deploy, hooks: any HookSource, clock: any WallClock) {
        self.driver = driver
        self.deploy = deploy
        self.clock = clock
        policy = hooks.policy(for: deploy.service)
    }

    /// The tag that the hooks choose, or after them the policy, when there is something to choose from.
    func select(_ session: any HookSession, _ steps: DeploySteps) async throws(Problem) -> PhaseResult {
        guard deploy.wish.target == .follow else { return .selected(.open) }
        let hasHooks = await !session.hooks(at: .selectTag).isEmpty
        guard hasHooks || policy != nil, var candidates = try await driver.candidates(deploy) else {
            return .selected(.open)
        }
        let isAnyGood = candidates.tags.isEmpty
        var excluded = TagChoice(seen: candidates.tags.count)
        let excludes = deploy.service.tagLimits.exclude.map { ($0, Glob($0)) }
        candidates.tags = candidates.tags.filter { tag in
            guard let (pattern, _) = excludes.first(where: { $0.1.stars(in: tag) != nil }) else { return true }
            excluded.drop(tag, "excluded by \(pattern)")
            return false
        }
        let hooks = HookChain(session: session, steps: steps)
        let event = HookEvent(point: .selectTag, deploy: deploy, tags: candidates.tags)
        switch try await hooks.run(at: .selectTag, event) {
        case .tag(let tag):
            guard isAnyGood || candidates.tags.contains(tag) else {
                throw Problem(
                    .invalid, "a hook chose the tag \"\(tag)\", which is not among the \(candidates.tags.count) known")
            }
            return .selected(.tag(tag, nil))
        // A hook that chooses releases and fails must not be passed over for a default that its owner
        // may have written it to prevent.
        case .failed(let problem, let hook): throw problem.at(hook)
        default: break
        }
        guard let policy else { return .selected(.open) }
        var choice = try await policy.choose(among: candidates) { steps.log($0) }
        choice.seen = excluded.seen
        for dropped in excluded.dropped { choice.add(dropped) }
        return .selected(try await oldEnough(choice, candidates))
    }

    /// `blocks` are read when it is known what to look for in them.
    func plan(
        chosen: String?, state: ServiceState, blocks: () async throws(Problem) -> [Block]
    ) async throws(Problem) -> PhaseResult {
        var plan = try await driver.plan(deploy, chosen: chosen, state: state)
        if let young = try await objection(toAgeOf: plan) {
            plan.to = nil
            plan.reason = young
        }
        let known = try await blocks()
        let now = clock.now()
        return .planned(plan, block: known.first { $0.release.isSame(as: plan.to) && $0.isInForce(at: now) })
    }
}

// MARK: - Age

extension ReleaseChoice {
    /// The best that is old enough. What nobody knows the age of is not.
    private func oldEnough(_ choice: TagChoice, _ candidates: Candidates) async throws(Problem) -> Selection {
        var choice = choice
        guard let age = deploy.service.tagLimits.age, !choice.ranked.isEmpty else { return decided(choice) }
        // One at a time: the best is old enough as a rule, and each costs requests.
        let now = clock.now()
        for tag in choice.ranked.prefix(ReleaseChoice.mostAsked) {
            // It was old enough when it was deployed.
            if tag == candidates.current { return decided(choice) }
            if let time = try await candidates.times?.times(of: [tag])[tag] {
                if now - time >= age { return decided(choice) }
                choice.drop(tag, "younger than \(age.text)")
            } else {
                choice.drop(tag, "of an age that nobody knows")
            }
            choice.ranked.removeFirst()
        }
        // Of those that are left nobody has asked.
        for tag in choice.ranked { choice.drop(tag, "behind \(ReleaseChoice.mostAsked) that are too young") }
        choice.ranked = []
        return decided(choice)
    }

    private func decided(_ choice: TagChoice) -> Selection {
        guard let best = choice.ranked.first else {
            return .nothing(reason: "no tag qualifies: \(choice.text)", choice)
        }
        return .tag(best, choice)
    }

    /// The tag may have gone on to another image since its age was asked, and one that is always followed was not asked
    /// at all.
    private func objection(toAgeOf plan: Plan) async throws(Problem) -> String? {
        guard let age = deploy.service.tagLimits.age, deploy.wish.target == .follow, let release = plan.to,
            !release.isSame(as: plan.from)
        else { return nil }
        guard let time = try await driver.published(release, deploy) else {
            return "it is not known how old \(release.shortText) is, expected \(age.text) at least"
        }
        let since = clock.now() - time
        return since >= age
            ? nil : "\(release.shortText) is \(max(since, .zero).shortText) old, expected \(age.text) at least"
    }
}

extension Service {
    /// Asked before anything else of whoever wants it deployed.
    func checkEnabled() throws(Problem) {
        guard isEnabled else { throw Problem(.conflict, "services.\(name) is disabled in the settings") }
    }
}
