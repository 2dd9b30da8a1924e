import Lifecycle
import Model
import Testing

@Suite("The gate")
struct GateTests {
    private static let start = Timestamp(microseconds: 1_800_000_000_000_000)

    /// What was seen, and so many seconds after the start. All verdicts but the last are to wait.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var health = HealthDefinition(grace: .seconds(60), stable: .seconds(10))
        let sights: [(Int, Gate.Sight)]
        let verdict: Gate.Verdict

        var testDescription: String { name }
    }

    private static func docker(_ health: Look.Health, restarts: Int = 0, ownGrace: Duration? = nil) -> Gate.Sight {
        Gate.Sight(look: Look(running: .running, restarts: restarts, health: health, ownGrace: ownGrace))
    }

    private static func bare(_ running: Look.Running, restarts: Int = 0) -> Gate.Sight {
        Gate.Sight(look: Look(running: running, restarts: restarts))
    }

    private static func probed(
        _ finding: ProbeFinding, _ running: Look.Running = .running, restarts: Int = 0
    ) -> Gate.Sight {
        Gate.Sight(look: Look(running: running, restarts: restarts), probes: finding)
    }

    private static func hooked(_ finding: Gate.HookFinding) -> Gate.Sight {
        Gate.Sight(look: Look(running: .running), hook: finding)
    }

    @Test("decides", arguments: cases)
    func decides(_ one: Case) {
        var gate = Gate(health: one.health, startedAt: Self.start)
        var verdict: Gate.Verdict?
        for (index, (second, sight)) in one.sights.enumerated() {
            verdict = gate.saw(sight, at: Self.start + .seconds(second))
            guard index < one.sights.count - 1 else { continue }
            if case .wait = verdict { continue }
            Issue.record("it did not wait at \(second)s: \(verdict as Any)")
        }
        #expect(verdict == one.verdict)
    }

    private static let everySecondHealthy = (0...10).map { ($0, docker(.healthy)) }

    static let cases: [Case] = [
        // A check of its own, Docker's or a configured one: healthy for `stable` without a break.
        Case(name: "healthy for long enough", sights: everySecondHealthy, verdict: .passed),
        Case(
            name: "healthy, but not for long enough yet", sights: [(0, docker(.healthy)), (9, docker(.healthy))],
            verdict: .wait(reason: "healthy for 9s of 10s")),
        Case(
            name: "healthy after a slow start",
            sights: [(0, docker(.starting)), (40, docker(.healthy)), (50, docker(.healthy))], verdict: .passed),
        Case(
            name: "a break starts the count anew",
            sights: [
                (0, probed(.healthy)), (8, probed(.notYet(reason: "http: 503"))), (9, probed(.healthy)),
                (18, probed(.healthy)),
            ], verdict: .wait(reason: "healthy for 9s of 10s")),
        Case(
            name: "stable after a break",
            sights: [
                (0, probed(.healthy)), (8, probed(.notYet(reason: "http: 503"))), (9, probed(.healthy)),
                (19, probed(.healthy)),
            ], verdict: .passed),
        Case(
            name: "a restart that no look has seen is a break too",
            sights: [(0, probed(.healthy)), (8, probed(.healthy, restarts: 1)), (12, probed(.healthy, restarts: 1))],
            verdict: .wait(reason: "healthy for 4s of 10s")),
        Case(
            name: "flapping until the grace ends",
            sights: (0...9).flatMap { round in
                [(round * 6, probed(.healthy)), (round * 6 + 3, probed(.notYet(reason: "tcp: connection refused")))]
            } + [(60, probed(.healthy))],
            verdict: .failed(reason: "healthy for only 0s of 10s when its 1m of grace ended")),
        Case(
            name: "healthy just too late",
            sights: [(0, docker(.starting)), (55, docker(.healthy)), (60, docker(.healthy))],
            verdict: .failed(reason: "healthy for only 5s of 10s when its 1m of grace ended")),
        Case(
            name: "a probe passes but a hook does not yet",
            sights: [
                (
                    3,
                    Gate.Sight(
                        look: Look(running: .running, health: .healthy), probes: .healthy,
                        hook: .notYet(reason: "web.lua: queue not empty"))
                )
            ], verdict: .wait(reason: "web.lua: queue not empty")),

        // Without any check: it has run that long without a restart or exit.
        Case(
            name: "no health check, and it runs", sights: [(0, bare(.running)), (10, bare(.running))],
            verdict: .passed),
        Case(
            name: "no health check, and it has restarted",
            sights: [(0, bare(.running)), (2, bare(.running, restarts: 1))],
            verdict: .failed(reason: "it restarted")),
        Case(
            name: "no health check, and it is restarting", sights: [(0, bare(.running)), (2, bare(.restarting))],
            verdict: .failed(reason: "it restarted")),
        Case(
            name: "no health check, and it exits in the end",
            sights: [(0, bare(.running)), (8, bare(.running)), (9, bare(.exited(code: 2)))],
            verdict: .failed(reason: "it exited with code 2")),

        // A one-shot that exits 0 passes at once.
        Case(name: "a one-shot", sights: [(1, bare(.exited(code: 0)))], verdict: .passed),
        Case(
            name: "a one-shot that takes its time", sights: [(0, bare(.running)), (5, bare(.exited(code: 0)))],
            verdict: .passed),
        Case(name: "a script that has run", sights: [(0, bare(.notAProcess))], verdict: .passed),
        Case(
            name: "a script with a probe", sights: [(0, probed(.healthy, .notAProcess))],
            verdict: .wait(reason: "healthy for 0s of 10s")),
        Case(
            name: "an exit with code 0 is not health where health is to be shown",
            sights: [(1, Gate.Sight(look: Look(running: .exited(code: 0), health: .starting)))],
            verdict: .wait(reason: "it exited with code 0 and has a health check to pass")),

        // It fails at once.
        Case(
            name: "unhealthy", sights: [(5, docker(.unhealthy(reason: "curl: (7) failed to connect")))],
            verdict: .failed(reason: "unhealthy: curl: (7) failed to connect")),
        Case(
            name: "a non-zero exit", sights: [(0, bare(.exited(code: 1)))],
            verdict: .failed(reason: "it exited with code 1")),
        Case(
            name: "a non-zero exit with a check", sights: [(0, probed(.healthy, .exited(code: 137)))],
            verdict: .failed(reason: "it exited with code 137")),
        Case(name: "gone", sights: [(0, bare(.missing))], verdict: .failed(reason: "it is gone")),
        Case(
            name: "something else runs",
            sights: [(0, bare(.wrong(reason: "it runs shop/web:1.0 instead of shop/web:1.1")))],
            verdict: .failed(reason: "it runs shop/web:1.0 instead of shop/web:1.1")),
        Case(
            name: "a hook that knows", sights: [(0, hooked(.rollBack(reason: "web.lua: 12 errors a second")))],
            verdict: .failed(reason: "web.lua: 12 errors a second")),
        // With a check it may still turn healthy, so the first restart is not a loop yet.
        Case(
            name: "a restart with a check", sights: [(0, docker(.starting, restarts: 2))],
            verdict: .wait(reason: "its health check is still starting")),
        Case(
            name: "a restart loop with a check", sights: [(0, docker(.starting)), (9, docker(.starting, restarts: 3))],
            verdict: .failed(reason: "it restarted 3 times")),
        Case(
            name: "restarting with a check", sights: [(0, probed(.healthy, .restarting, restarts: 1))],
            verdict: .wait(reason: "it is restarting")),

        // The end of the grace.
        Case(
            name: "starting at the deadline", sights: [(0, docker(.starting)), (60, docker(.starting))],
            verdict: .failed(reason: "not healthy within 1m: its health check is still starting")),
        Case(
            name: "starting just before the deadline", sights: [(59, docker(.starting))],
            verdict: .wait(reason: "its health check is still starting")),
        Case(
            name: "never healthy",
            sights: [(0, probed(.notYet(reason: "http: 503"))), (61, probed(.notYet(reason: "http: 502")))],
            verdict: .failed(reason: "not healthy within 1m: http: 502")),
        Case(
            name: "a long start period of its own",
            sights: [
                (0, docker(.starting, ownGrace: .seconds(360))), (359, docker(.starting, ownGrace: .seconds(360))),
            ],
            verdict: .wait(reason: "its health check is still starting")),
        Case(
            name: "a long start period that ends",
            sights: [
                (0, docker(.starting, ownGrace: .seconds(360))), (360, docker(.starting, ownGrace: .seconds(360))),
            ],
            verdict: .failed(reason: "not healthy within 6m: its health check is still starting")),
        Case(
            name: "a short start period shortens nothing",
            sights: [(0, docker(.starting, ownGrace: .seconds(5))), (59, docker(.starting, ownGrace: .seconds(5)))],
            verdict: .wait(reason: "its health check is still starting")),
        Case(
            name: "a proof that is longer than the grace is waited for",
            health: HealthDefinition(grace: .seconds(5), stable: .seconds(30)),
            sights: [(0, docker(.healthy)), (29, docker(.healthy)), (30, docker(.healthy))], verdict: .passed),
        Case(
            name: "no proof is asked for", health: HealthDefinition(grace: .seconds(60), stable: .zero),
            sights: [(0, bare(.running))], verdict: .passed),
        // The proof was there in time, even if the look came late.
        Case(
            name: "a look that comes after the deadline",
            sights: [(0, docker(.healthy)), (300, docker(.healthy))], verdict: .passed),
    ]

    @Test("lets the clock stand still while the engine is silent, and wants the proof anew")
    func silence() {
        var gate = Gate(health: HealthDefinition(grace: .seconds(60), stable: .seconds(10)), startedAt: Self.start)
        func saw(_ second: Int) -> Gate.Verdict { gate.saw(Self.docker(.healthy), at: Self.start + .seconds(second)) }
        #expect(saw(45) == .wait(reason: "healthy for 0s of 10s"))
        gate.sawNothing(for: .seconds(300))
        #expect(saw(350) == .wait(reason: "healthy for 0s of 10s"))
        #expect(saw(359) == .wait(reason: "healthy for 9s of 10s"))
        #expect(saw(360) == .passed)
    }

    @Test("waits for an engine that answers with errors until the grace ends, and no longer")
    func errors() {
        var gate = Gate(health: HealthDefinition(grace: .seconds(60)), startedAt: Self.start)
        let reason = "engine: 500 Internal Server Error"
        #expect(gate.couldNotLook(reason, at: Self.start + .seconds(59)) == .wait(reason: reason))
        #expect(
            gate.couldNotLook(reason, at: Self.start + .seconds(60))
                == .failed(reason: "not healthy within 1m: engine: 500 Internal Server Error"))
    }
}
