package import Model

/// Carries out one deploy: asks the machine what comes next, writes it ahead, does it, tells the machine
/// what came of it. All decisions are the machine's; all knowledge of the world is the driver's. The end
/// is the caller's to commit: it concerns more than this deploy.
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
        package init(
            journal: any DeployJournal, driver: any ServiceDriver, hooks: any HookSource, prober: any Prober,
            orphans: any OrphanEnder, clock: any WallClock, progress: @escaping @Sendable (DeployProgress) -> Void
        ) {
            self.journal = journal
            self.driver = driver
            self.hooks = hooks
            self.prober = prober
            self.orphans = orphans
            self.clock = clock
            self.progress = progress
        }
    }

    let service: Service
    let around: Surroundings
    let steps: DeploySteps
    var record: DeployRecord
    var machine: DeployMachine
    var deploy: Deploy

    /// `recorded` are the entries of a deploy that was cut off; empty for a new one.
    package init(
        _ record: DeployRecord, service: Service, recorded: [JournalEntry], around: Surroundings
    ) throws(Problem) {
        self.record = record
        self.service = service
        self.around = around
        machine =
            record.machine.isNull
            ? DeployMachine(record.wish) : try DeployMachine(snapshot: record.machine)
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

    package mutating func run() async throws(Problem) -> DeployEnd {
        try await begin()
        let session = around.hooks.session(for: deploy)
        let outcome: Result<DeployEnd, Problem>
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

    private mutating func goOn(_ session: any HookSession) async throws(Problem) -> DeployEnd {
        while true {
            switch machine.state {
            case .finished(let conclusion):
                return end(conclusion)
            case .at(let phase):
                guard !Task.isCancelled else { throw Problem(.interrupted, "the agent is being stopped") }
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

    var lastResult: (Phase, PhaseResult)?

    /// One commit: what came of the phase before, and the intent of the next.
    mutating func enter(after last: (Phase, PhaseResult)?, events: [Event]) async throws(Problem) {
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

    private mutating func end(_ conclusion: Conclusion) -> DeployEnd {
        record.from = machine.from
        record.to = machine.to
        record.outcome = conclusion.outcome
        record.reason = conclusion.reason
        record.finished = around.clock.now()
        record.machine = .null
        return DeployEnd(
            record: record, conclusion: conclusion, lastEntry: lastResult.map { resultEntry($0.0, $0.1) })
    }
}
