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

    /// `state` and `blocks` are what the journal remembers of the service. How old the release is costs further requests,
    /// so only who tells a person asks for it with `inFull`.
    package func plan(
        _ service: Service, _ wish: Wish, state: ServiceState?, blocks: [Block], inFull: Bool = false
    ) async throws(Problem) -> PlanReport {
        try service.checkEnabled()
        try driver.check(wish, for: service)
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
        var report = try result.get()
        if inFull, let release = report.to {
            // That nobody knows it is no reason to have no plan.
            do throws(Problem) { report.published = try await driver.published(release, deploy) } catch {
                guard error.code != .interrupted else { throw error }
            }
            if report.decision == "deploy" {
                do throws(Problem) { report.changes = try await driver.changes(to: release, deploy) } catch {
                    guard error.code != .interrupted else { throw error }
                    (report.decision, report.reason) = (Outcome.failed.rawValue, "pull: \(error)")
                }
            }
        }
        return report
    }

    private func plan(
        _ deploy: Deploy, _ session: any HookSession, state: ServiceState?, blocks: [Block]
    ) async throws(Problem) -> PlanReport {
        let choice = ReleaseChoice(driver: driver, deploy: deploy, hooks: hooks, clock: clock)
        var machine = DeployMachine(deploy.wish)
        // Choosing is free of effects by its contract, so the hooks that choose are really asked.
        var tags: TagChoice?
        try await step(&machine) { () throws(Problem) in
            let result = try await choice.select(session, forgetfulSteps)
            if case .selected(let selection) = result { tags = selection.choice }
            return result
        }
        var reason: String?
        let chosen = machine.chosen
        try await step(&machine) { () throws(Problem) in
            let result = try await choice.plan(
                chosen: chosen, state: state ?? ServiceState(name: deploy.service.name)
            ) { blocks }
            if case .planned(let plan, _) = result { reason = plan.reason }
            return result
        }
        var report = PlanReport(
            service: deploy.service.name, from: machine.from, to: machine.to, decision: "deploy", reason: reason,
            hooks: await hookNames(session), gate: "", tags: tags)
        report.gate = deploy.service.gateText(hooks: report.hooks.first { $0.point == .health }?.names ?? [])
        if case .finished(let conclusion) = machine.state {
            report.decision = conclusion.outcome.rawValue
            report.reason = conclusion.reason
        }
        return report
    }

    /// What a deploy would fail with is what a plan answers.
    private func step(
        _ machine: inout DeployMachine, _ work: () async throws(Problem) -> PhaseResult
    ) async throws(Problem) {
        guard case .at = machine.state else { return }
        do throws(Problem) {
            machine.advance(try await work())
        } catch {
            guard error.code != .interrupted else { throw error }
            machine.advance(.failed(error))
        }
    }

    /// There is no deploy whose journal could hold them.
    private var forgetfulSteps: DeploySteps {
        DeploySteps(phase: .select, recorded: [], clock: clock, progress: { _ in }) { _ in }
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

extension Service {
    /// The gate in one line, as it will be: `Gate` decides. `hooks` are the names of its health hooks.
    func gateText(hooks: [String]) -> String {
        var checks: [String] = []
        if let http = health.http { checks.append("http \(http.shown)") }
        if let tcp = health.tcp { checks.append("tcp \(tcp.shown)") }
        if let exec = health.exec { checks.append("exec \(exec.shown.joined(separator: " "))") }
        checks += hooks.map { "hook \($0)" }
        if checks.isEmpty, case .script = kind { return "no check: it passes when its script has ended well" }
        let what = checks.isEmpty ? "no probe" : checks.joined(separator: ", ")
        return "\(what); healthy for \(health.stable.text), within \(health.grace.text)"
    }
}
