import Model

// After a kill.
extension DeployRunner {
    mutating func takeUpAgain() async throws(Problem) {
        guard case .at(let phase) = machine.state else { return }
        deploy.from = machine.from
        deploy.to = machine.to
        deploy.failure = machine.failure?.reason
        try await countInterruption(in: phase)
        try await endOrphans(phase)
        let before = machine
        machine.interrupted(times: record.interruptions)
        if machine == before { try await findOut(phase) }
        guard machine != before else { return }
        let cutOff = (phase, PhaseResult.cannotGoOn(reason: ""))
        switch machine.state {
        case .at: try await enter(after: cutOff, events: [])
        case .finished: lastResult = cutOff
        }
    }

    /// First of all, and on the disk: a release that takes the whole machine down each time must not get
    /// away uncounted.
    private mutating func countInterruption(in phase: Phase) async throws(Problem) {
        record.interruptions += 1
        let record = record
        let message = "deploy of \(service.name) was cut off in \(phase.rawValue) and is taken up again"
        try await patiently { () throws(Problem) in
            try await around.journal.advance(record, entries: [], events: [event(.recovered, message)])
        }
    }

    /// While one of them runs, nothing is safe: neither to go on nor to go back.
    private func endOrphans(_ phase: Phase) async throws(Problem) {
        try await again(while: { _ in true }) { () throws(Problem) in
            try await around.orphans.endOrphans(of: record.id)
        }
    }

    /// What was under way, and what that means.
    private mutating func findOut(_ phase: Phase) async throws(Problem) {
        if let hook = HookChain.cutOff(in: phase, steps.recorded) {
            if phase == .rollbackHooks {
                try await HookChain.giveUp(hook, at: .rollback, steps)
            } else {
                machine.advance(.cutOff(hook: hook))
            }
        } else if phase == .up {
            do throws(Problem) {
                let next = try await untilItAnswers(phase) { () throws(Problem) in
                    try await around.driver.afterInterruption(deploy, steps)
                }
                if case .undo(let reason) = next { machine.advance(.cannotGoOn(reason: reason)) }
            } catch {
                if error.code == .interrupted { throw error }
                machine.advance(.cannotGoOn(reason: "it is not known how far it had got: \(error)"))
            }
        }
    }
}
