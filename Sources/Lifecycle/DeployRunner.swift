package import Model

/// Carries out one deploy: asks the machine what comes next, writes it ahead, does it, tells the machine
/// what came of it. All decisions are the machine's; all knowledge of the world is the driver's.
///
/// Throws only `.interrupted`: the agent is being stopped, nothing more was changed, and the journal
/// knows how far it got.
package struct DeployRunner: Sendable {
    package struct Surroundings: Sendable {
        package var journal: any DeployJournal
        package var driver: any ServiceDriver
        package var hooks: any HookSource
        package var prober: any Prober
        package var orphans: any OrphanEnder
        package var clock: any WallClock
        package var progress: @Sendable (DeployProgress) -> Void
        /// How long a block lasts; nil is until someone ends it.
        package var blockFor: Duration?

        package init(
            journal: any DeployJournal, driver: any ServiceDriver, hooks: any HookSource, prober: any Prober,
            orphans: any OrphanEnder, clock: any WallClock, blockFor: Duration? = nil,
            progress: @escaping @Sendable (DeployProgress) -> Void
        ) {
            self.journal = journal
            self.driver = driver
            self.hooks = hooks
            self.prober = prober
            self.orphans = orphans
            self.clock = clock
            self.blockFor = blockFor
            self.progress = progress
        }
    }

    let service: Service
    let around: Surroundings
    let steps: DeploySteps
    private(set) var record: DeployRecord
    private var machine: DeployMachine
    private var deploy: Deploy

    /// `recorded` are the entries of a deploy that was cut off; empty for a new one.
    package init(
        _ record: DeployRecord, service: Service, recorded: [JournalEntry], around: Surroundings
    ) throws(Problem) {
        self.record = record
        self.service = service
        self.around = around
        machine =
            record.machine.isNull
            ? DeployMachine(force: record.wish.force) : try DeployMachine(snapshot: record.machine)
        deploy = Deploy(
            id: record.id, service: service, trigger: record.trigger, wish: record.wish, attempt: record.attempt)
        let journal = around.journal
        let clock = around.clock
        let progress = around.progress
        let id = record.id
        steps = DeploySteps(
            phase: record.phase ?? .select, recorded: recorded, clock: clock, progress: progress
        ) { entries throws(Problem) in
            try await JournalPatience(clock: clock, progress: progress).write { () throws(Problem) in
                try await journal.append(entries, to: id)
            }
        }
    }

    /// Runs to the end and commits it. Answers the record as it was closed.
    package mutating func run() async throws(Problem) -> DeployRecord {
        try await begin()
        let session = around.hooks.session(for: deploy)
        let outcome: Result<DeployRecord, Problem>
        do throws(Problem) {
            outcome = .success(try await goOn(session))
        } catch {
            outcome = .failure(error)
        }
        await session.close()
        return try outcome.get()
    }

    private mutating func begin() async throws(Problem) {
        if record.started == nil {
            record.started = around.clock.now()
            try await enter(after: nil, events: [event(.started, "deploy of \(service.name) started")])
        } else {
            try await takeUpAgain()
        }
    }

    private mutating func goOn(_ session: any HookSession) async throws(Problem) -> DeployRecord {
        while true {
            switch machine.state {
            case .finished(let conclusion):
                return try await close(conclusion)
            case .at(let phase):
                let before = around.clock.now()
                around.progress(.phase(phase))
                deploy.from = machine.from
                deploy.to = machine.to
                deploy.failure = machine.failure?.reason
                let result = try await perform(phase, session)
                machine.advance(result)
                around.progress(
                    .phaseEnded(phase, result: result.name, took: around.clock.now() - before))
                if case .at = machine.state {
                    try await enter(after: (phase, result), events: [])
                } else {
                    lastResult = (phase, result)
                }
            }
        }
    }

    private var lastResult: (Phase, PhaseResult)?

    /// One commit: what came of the phase before, and the intent of the next.
    private mutating func enter(after last: (Phase, PhaseResult)?, events: [Event]) async throws(Problem) {
        guard case .at(let phase) = machine.state else { return }
        var entries = last.map { [resultEntry($0.0, $0.1)] } ?? []
        entries.append(JournalEntry(phase: phase, kind: .intent, at: around.clock.now()))
        record.phase = phase
        record.machine = machine.snapshot
        record.from = machine.from
        record.to = machine.to
        let record = record
        try await patiently { () throws(Problem) in
            try await around.journal.advance(record, entries: entries, events: events)
        }
        steps.enter(phase)
        steps.note(entries)
    }

    private func resultEntry(_ phase: Phase, _ result: PhaseResult) -> JournalEntry {
        JournalEntry(phase: phase, kind: .result, data: ["result": .string(result.name)], at: around.clock.now())
    }

    func event(_ kind: Event.Kind, _ message: String) -> Event {
        Event(
            at: around.clock.now(), kind: kind, service: service.name, deploy: record.id, message: message,
            from: machine.from, to: machine.to)
    }

    /// The journal cannot be written, for example because the disk is full: nothing may be done meanwhile.
    func patiently<Value: Sendable>(_ work: () async throws(Problem) -> Value) async throws(Problem) -> Value {
        try await JournalPatience(clock: around.clock, progress: around.progress).write(work)
    }
}

// MARK: - After a kill

extension DeployRunner {
    private mutating func takeUpAgain() async throws(Problem) {
        guard case .at(let phase) = machine.state else { return }
        record.interruptions += 1
        deploy.from = machine.from
        deploy.to = machine.to
        deploy.failure = machine.failure?.reason
        try await untilItAnswers(phase) { () throws(Problem) in try await around.orphans.endOrphans(of: record.id) }
        let before = machine
        machine.interrupted(times: record.interruptions)
        if machine == before {
            if let hook = hookCutOff(in: phase) {
                machine.advance(.cutOff(hook: hook))
            } else if phase == .up {
                let next = try await untilItAnswers(phase) { () throws(Problem) in
                    try await around.driver.afterInterruption(deploy, steps)
                }
                if case .undo(let reason) = next { machine.advance(.cannotGoOn(reason: reason)) }
            }
        }
        let message = "the agent was cut off in \(phase.rawValue); the deploy goes on"
        switch machine.state {
        case .at:
            try await enter(
                after: machine == before ? nil : (phase, .cannotGoOn(reason: "")), events: [event(.recovered, message)])
        case .finished:
            lastResult = (phase, .cutOff(hook: ""))
        }
    }

    private func hookCutOff(in phase: Phase) -> String? {
        guard phase != .health, phase != .restored else { return nil }
        let entries = steps.recorded.filter { $0.phase == phase && $0.step.hasPrefix(HookChain.stepPrefix) }
        guard let last = entries.last, last.kind == .intent, last.data["idempotent"]?.bool != true else { return nil }
        return String(last.step.dropFirst(HookChain.stepPrefix.count))
    }
}

// MARK: - Phases

extension DeployRunner {
    private mutating func perform(_ phase: Phase, _ session: any HookSession) async throws(Problem) -> PhaseResult {
        do throws(Problem) {
            if let point = phase.hookPoint {
                return .answered(try await chain(session).run(at: point, HookEvent(point: point, deploy: deploy)))
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
                return try await watch(session)
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

    private func watch(_ session: any HookSession) async throws(Problem) -> PhaseResult {
        var gate = Gate(health: service.health, startedAt: around.clock.now())
        let hooks = await session.hooks(at: .health)
        while true {
            let asked = around.clock.now()
            let look = try await untilItAnswers(.health) { () throws(Problem) in
                try await around.driver.look(deploy, steps)
            }
            let silence = around.clock.now() - asked
            // An answer that came at once costs nothing; a wait for the engine is not the release's fault.
            if silence > service.health.timeout { gate.sawNothing(for: silence) }
            let probes = try await around.prober.probe(deploy)
            let finding = try await HealthHooks(hooks: hooks).ask(deploy)
            switch gate.saw(Gate.Sight(look: look, probes: probes, hook: finding), at: around.clock.now()) {
            case .passed: return .passed
            case .failed(let reason): return .refused(reason: reason)
            case .wait(let reason): steps.log(reason)
            }
            try await around.clock.sleep(for: service.health.interval)
        }
    }

    /// Where the world may have changed, silence of the other side means wait, never undo.
    @discardableResult
    private func untilItAnswers<Value: Sendable>(
        _ phase: Phase, _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        var tries = 0
        while true {
            do throws(Problem) {
                return try await work()
            } catch {
                guard DeployMachine.waits(for: error, in: phase) else { throw error }
                if tries == 0 {
                    try? await around.journal.add([event(.waiting, "\(error)")])
                }
                around.progress(.waiting(reason: "\(error)"))
                try await around.clock.sleep(for: RetryDelay.betweenTries(tries))
                tries += 1
            }
        }
    }
}

// MARK: - The end

extension DeployRunner {
    private mutating func close(_ conclusion: Conclusion) async throws(Problem) -> DeployRecord {
        let now = around.clock.now()
        record.from = machine.from
        record.to = machine.to
        record.outcome = conclusion.outcome
        record.reason = conclusion.reason
        record.finished = now
        record.machine = .null
        let state = try await patiently { () throws(Problem) in
            try await around.journal.service(service.name) ?? ServiceState(name: service.name)
        }
        let closing = Closing(
            of: record, conclusion, lastEntry: lastResult.map { resultEntry($0.0, $0.1) }, state: state,
            blockFor: around.blockFor, now: now)
        try await patiently { () throws(Problem) in try await around.journal.finish(closing) }
        around.progress(.finished(conclusion.outcome, reason: conclusion.reason))
        return closing.record
    }
}
