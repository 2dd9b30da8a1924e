import Model

// Starting and ending.
extension Coordinator {
    func pump() {
        guard !isStopping else { return }
        for record in queue.start(at: tools.clock.now()) { begin(record) }
        setAlarm()
    }

    private func setAlarm() {
        let due = queue.nextDue(after: tools.clock.now())
        guard due != alarm?.due else { return }
        alarm?.task.cancel()
        alarm = due.map { due in
            let task = Task {
                do {
                    try await tools.clock.sleep(for: due - tools.clock.now())
                    alarm = nil
                    pump()
                } catch {
                    // Another alarm has taken its place.
                }
            }
            return (due, task)
        }
    }

    /// Settings may have changed since it was asked for.
    private func begin(_ record: DeployRecord) {
        var record = record
        if let service = services[record.service] {
            record.driver = service.kind.driver
            guard service.isEnabled else {
                return giveUp(record, reason: "services.\(service.name) is disabled in the settings")
            }
            guard let driver = tools.drivers[record.driver] else {
                return giveUp(record, reason: "\(Problem.unbuiltDriver(service))")
            }
            launch(record, service, driver, recorded: [])
        } else {
            giveUp(record, reason: "services.\(record.service) is no longer in the settings")
        }
    }

    private func giveUp(_ record: DeployRecord, reason: String) {
        let end = failed(record, reason: reason, runs: .asBefore)
        tasks[record.id] = Task { await close(end) }
    }

    func launch(_ record: DeployRecord, _ service: Service, _ driver: any ServiceDriver, recorded: [JournalEntry]) {
        // It was taken out of the queue and nobody runs it: the journal still has it, and so has the next start.
        guard !isStopping else { return }
        let id = record.id
        let report = tools.progress
        let around = DeployRunner.Surroundings(
            journal: tools.journal, driver: driver, hooks: tools.hooks, prober: tools.prober, orphans: tools.orphans,
            clock: tools.clock
        ) { report(id, $0) }
        tasks[id] = Task {
            let end: DeployEnd
            do throws(Problem) {
                // Before the next deploy of the service can begin.
                defer { driver.ended(id) }
                var runner = try DeployRunner(record, service: service, recorded: recorded, around: around)
                end = try await runner.run()
            } catch {
                if error.code == .interrupted {
                    tasks[id] = nil
                    return
                }
                end = failed(record, reason: "\(error); nothing was undone", runs: .unknown)
            }
            await close(end)
        }
    }

    private func failed(_ record: DeployRecord, reason: String, runs: Conclusion.Runs) -> DeployEnd {
        var record = record
        record.outcome = .failed
        record.reason = reason
        record.finished = tools.clock.now()
        return DeployEnd(
            record: record, conclusion: Conclusion(outcome: .failed, reason: reason, runs: runs), lastEntry: nil)
    }

    private func close(_ end: DeployEnd) async {
        let id = end.record.id
        let report = tools.progress
        let patience = JournalPatience(clock: tools.clock) { report(id, $0) }
        do throws(Problem) {
            // Between two tries others get their turn, and are told that the journal cannot be written.
            try await patience.write { () throws(Problem) in
                try await inTurn(end.record.service) { () throws(Problem) in try await commit(end) }
            }
        } catch {
            // `.interrupted`: the journal does not know of the end, so the last phase is done again.
            tasks[id] = nil
            return
        }
        tasks[id] = nil
        report(id, .finished(end.conclusion.outcome, reason: end.conclusion.reason))
        watchers.end(id, end.record)
        pump()
    }

    /// What the journal and the queue know of the service changes together, with nothing in between.
    private func commit(_ end: DeployEnd) async throws(Problem) {
        let name = end.record.service
        let state = try await tools.journal.service(name) ?? ServiceState(name: name)
        let isConfigured = services[name]?.isEnabled == true
        let closing = Closing(end, state: state, blockFor: blockFor, now: tools.clock.now()) { followUp in
            isConfigured ? queue.merged(followUp: followUp) : nil
        }
        try await tools.journal.finish(closing)
        if let followUp = closing.followUp { queue.restore(waiting: followUp) }
        remember(closing.state)
        queue.finished(name)
    }
}
