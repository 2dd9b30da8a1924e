package import Model

/// Works out what a deploy would do, with the same steps that a deploy takes, and changes nothing.
package struct DeployPlanner: Sendable {
    let driver: any ServiceDriver
    let hooks: any HookSource
    let clock: any WallClock

    package init(driver: any ServiceDriver, hooks: any HookSource, clock: any WallClock) {
        self.driver = driver
        self.hooks = hooks
        self.clock = clock
    }

    /// `state` and `blocks` are what the journal remembers of the service.
    package func plan(
        _ service: Service, _ wish: Wish, state: ServiceState?, blocks: [Block]
    ) async throws(Problem) -> PlanReport {
        var random = SystemRandomNumberGenerator()
        let deploy = Deploy(
            id: DeployID(at: clock.now(), random: &random), service: service, trigger: Trigger(.commandLine),
            wish: wish, attempt: 1)
        let session = hooks.session(for: deploy)
        let result: Result<PlanReport, Problem>
        do throws(Problem) {
            result = .success(try await plan(deploy, session, state: state, blocks: blocks))
        } catch {
            result = .failure(error)
        }
        await session.close()
        return try result.get()
    }

    private func plan(
        _ deploy: Deploy, _ session: any HookSession, state: ServiceState?, blocks: [Block]
    ) async throws(Problem) -> PlanReport {
        let name = deploy.service.name
        let chosen = try await choose(deploy, session)
        let plan = try await driver.plan(deploy, chosen: chosen, state: state ?? ServiceState(name: name))
        let now = clock.now()
        let block = blocks.first { $0.release.isSame(as: plan.to) && $0.isInForce(at: now) }
        var machine = DeployMachine(deploy.wish)
        machine.advance(.selected(chosen))
        machine.advance(.planned(plan, block: block))
        var report = PlanReport(
            service: name, from: plan.from, to: plan.to, decision: "deploy", reason: plan.reason,
            hooks: await hookNames(session), gate: deploy.service.health.gateText)
        if case .finished(let conclusion) = machine.state {
            report.decision = conclusion.outcome.rawValue
            report.reason = conclusion.reason
        }
        return report
    }

    /// Choosing is free of effects by its contract, so the hooks that choose are really asked.
    private func choose(_ deploy: Deploy, _ session: any HookSession) async throws(Problem) -> String? {
        guard deploy.wish.target == .follow, let tags = try await driver.candidates(deploy) else { return nil }
        for hook in await session.hooks(at: .selectTag) {
            let event = HookEvent(point: .selectTag, deploy: deploy, tags: tags)
            if case .tag(let tag) = try await hook.run(event) { return tag }
        }
        return nil
    }

    private func hookNames(_ session: any HookSession) async -> [(point: HookPoint, names: [String])] {
        var found: [(point: HookPoint, names: [String])] = []
        for point in HookPoint.allCases where point != .webhook && point != .command {
            let names = await session.hooks(at: point).map(\.name)
            if !names.isEmpty { found.append((point, names)) }
        }
        return found
    }
}

extension HealthDefinition {
    /// The gate in one line.
    package var gateText: String {
        var checks: [String] = []
        if let http { checks.append("http \(http.shown)") }
        if let tcp { checks.append("tcp \(tcp.shown)") }
        if let exec { checks.append("exec \(exec.shown.joined(separator: " "))") }
        let what = checks.isEmpty ? "no probe" : checks.joined(separator: ", ")
        return "\(what); healthy for \(stable.text), within \(grace.text)"
    }
}
