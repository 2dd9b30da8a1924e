package import Model

/// Decides from one observation after the other whether a release passes. Pure: time comes with the
/// observations.
package struct Gate: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Look again; the reason is what it waits for.
        case wait(reason: String)
        case passed
        case failed(reason: String)
    }

    /// Everything that was seen at one moment. Nil findings mean that there is no such check.
    package struct Sight: Hashable, Sendable {
        package var look: Look
        package var probes: ProbeFinding?
        package var hook: HookFinding?

        package init(look: Look, probes: ProbeFinding? = nil, hook: HookFinding? = nil) {
            self.look = look
            self.probes = probes
            self.hook = hook
        }
    }

    package enum HookFinding: Hashable, Sendable {
        case healthy
        case notYet(reason: String)
        case rollBack(reason: String)
    }

    /// How many restarts are a loop when there is a health check that may yet turn healthy. Without a check
    /// the first one is.
    private static let restartLimit = 3

    private let stable: Duration
    private var grace: Duration
    private var deadline: Timestamp
    private var goodSince: Timestamp?
    private var restarts = 0
    private var startedAt: String?

    package init(health: HealthDefinition, startedAt start: Timestamp) {
        stable = health.stable
        // Whoever asks for a longer proof than there is time for means the proof.
        grace = max(health.grace, health.stable)
        deadline = start + grace
    }

    /// Nothing could be seen: the engine does not answer. The clock stands still for that long, and what
    /// was healthy must prove it anew.
    package mutating func sawNothing(for duration: Duration) {
        deadline = deadline + duration
        goodSince = nil
    }

    /// The engine answered, but not the question.
    package mutating func couldNotLook(_ reason: String, at now: Timestamp) -> Verdict { object(reason, at: now) }

    package mutating func saw(_ sight: Sight, at now: Timestamp) -> Verdict {
        if let own = sight.look.ownGrace, own > grace {
            deadline = deadline + (own - grace)
            grace = own
        }
        if let reason = outrightFailure(sight) { return .failed(reason: reason) }
        if let reason = complaint(sight) { return object(reason, at: now) }
        if isDoneAtOnce(sight) { return .passed }
        if sight.look.restarts > restarts || sight.look.startedAt != startedAt {
            // It was down between two looks that both found it healthy.
            restarts = sight.look.restarts
            startedAt = sight.look.startedAt
            goodSince = nil
        }
        let since = goodSince ?? now
        goodSince = since
        if now - since >= stable { return .passed }
        let held = Duration.seconds((now - since).components.seconds).text
        guard now < deadline else {
            return .failed(
                reason: "healthy for only \(held) of \(stable.text) when its \(grace.text) of grace ended")
        }
        return .wait(reason: "healthy for \(held) of \(stable.text)")
    }

    private mutating func object(_ reason: String, at now: Timestamp) -> Verdict {
        goodSince = nil
        guard now < deadline else { return .failed(reason: "not healthy within \(grace.text): \(reason)") }
        return .wait(reason: reason)
    }

    private func outrightFailure(_ sight: Sight) -> String? {
        let restarts = max(sight.look.restarts, sight.look.running == .restarting ? 1 : 0)
        switch sight.look.running {
        case .missing: return "it is gone"
        case .wrong(let reason): return reason
        case .exited(let code) where code != 0: return "it exited with code \(code)"
        case .notAProcess, .running, .exited, .restarting, .coming: break
        }
        if restarts >= (hasCheck(sight) ? Gate.restartLimit : 1) {
            return restarts == 1 ? "it restarted" : "it restarted \(restarts) times"
        }
        if case .unhealthy(let reason) = sight.look.health { return "unhealthy: \(reason)" }
        if case .rollBack(let reason)? = sight.hook { return reason }
        return nil
    }

    private func complaint(_ sight: Sight) -> String? {
        if sight.look.running == .restarting { return "it is restarting" }
        if case .coming(let reason) = sight.look.running { return reason }
        if sight.look.running == .exited(code: 0), sight.look.health != .none {
            return "it exited with code 0 and has a health check to pass"
        }
        if sight.look.health == .starting { return "its health check is still starting" }
        if case .notYet(let reason)? = sight.probes { return reason }
        if case .notYet(let reason)? = sight.hook { return reason }
        return nil
    }

    private func hasCheck(_ sight: Sight) -> Bool {
        sight.probes != nil || sight.hook != nil || sight.look.health != .none
    }

    /// Without any check there is nothing to wait for once a one-shot has ended well.
    private func isDoneAtOnce(_ sight: Sight) -> Bool {
        guard !hasCheck(sight) else { return false }
        return sight.look.running == .notAProcess || sight.look.running == .exited(code: 0)
    }
}
