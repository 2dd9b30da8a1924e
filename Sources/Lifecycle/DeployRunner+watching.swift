import Model

// The gate, and waiting for what does not answer.
extension DeployRunner {
    func watch(_ session: any HookSession, _ phase: Phase) async throws(Problem) -> PhaseResult {
        var gate = Gate(health: service.health, startedAt: around.clock.now())
        let hooks = await session.hooks(at: .health)
        var lastReason: String?
        while true {
            switch try await verdict(of: &gate, hooks, phase) {
            case .passed: return .passed
            case .failed(let reason): return .refused(reason: reason)
            case .wait(let reason):
                if reason != lastReason { steps.log(reason) }
                lastReason = reason
            }
            try await around.clock.sleep(for: service.health.interval)
        }
    }

    private func verdict(
        of gate: inout Gate, _ hooks: [any Hook], _ phase: Phase
    ) async throws(Problem) -> Gate.Verdict {
        let clock = around.clock
        var silentSince: Timestamp?
        let look: Look
        do throws(Problem) {
            look = try await untilItAnswers(phase, onSilence: { silentSince = silentSince ?? $0 }) {
                () throws(Problem) in try await around.driver.look(deploy, steps)
            }
        } catch {
            if error.code == .interrupted { throw error }
            return gate.couldNotLook("\(error)", at: clock.now())
        }
        // A wait for the engine is not the release's fault.
        if let silentSince { gate.sawNothing(for: clock.now() - silentSince) }
        let probes = try await probe()
        let finding = try await HealthHooks(hooks: hooks).ask(deploy)
        return gate.saw(Gate.Sight(look: look, probes: probes, hook: finding), at: clock.now())
    }

    /// A probe that cannot be made has found nothing bad, and nothing good.
    private func probe() async throws(Problem) -> ProbeFinding? {
        do throws(Problem) {
            return try await around.prober.probe(deploy)
        } catch {
            if error.code == .interrupted { throw error }
            return .notYet(reason: "\(error)")
        }
    }

    /// Where the world may have changed, silence of the other side means wait, never undo. `onSilence` is
    /// told when the call began that got no answer.
    @discardableResult
    func untilItAnswers<Value: Sendable>(
        _ phase: Phase, onSilence: (Timestamp) -> Void = { _ in }, _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        try await again(while: { DeployMachine.waits(for: $0, in: phase) }, onSilence: onSilence, work)
    }

    @discardableResult
    func again<Value: Sendable>(
        while isWorthIt: (Problem) -> Bool, onSilence: (Timestamp) -> Void = { _ in },
        _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        var tries = 0
        while true {
            let asked = around.clock.now()
            do throws(Problem) {
                let value = try await work()
                if tries > 0 { around.progress(.goesOn) }
                return value
            } catch {
                guard error.code != .interrupted, isWorthIt(error) else { throw error }
                onSilence(asked)
                if tries == 0 { try await tell(.waiting, "\(service.name) waits: \(error)") }
                around.progress(.waiting(reason: "\(error)"))
                try await around.clock.sleep(for: RetryDelay.betweenTries(tries))
                tries += 1
            }
        }
    }

    /// Telling is worth a try, not a wait.
    private func tell(_ kind: Event.Kind, _ message: String) async throws(Problem) {
        do throws(Problem) {
            try await around.journal.add([event(kind, message)])
        } catch {
            if error.code == .interrupted { throw error }
        }
    }
}
