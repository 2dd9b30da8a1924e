@testable import Lifecycle
import Model
import TestKit
import Testing

/// A plan is only worth something if the deploy does what it says.
struct DeployPlannerTests {
    private let world = SimulatedWorld(running: old)
    private let clock = ManualClock()

    private func driver(tags: [String]? = ["1.0", "1.1"]) -> SimulatedDriver {
        world.offer(new, as: "1.1")
        return SimulatedDriver(world, tags: tags)
    }

    private func plan(
        _ hooks: [RecordingHooks.Script], _ service: Service = LifecycleTests.service(), wish: Wish = Wish()
    ) async throws(Problem) -> PlanReport {
        try await DeployPlanner(driver: driver(), hooks: RecordingHooks(hooks), clock: clock).plan(
            service, wish, state: nil, blocks: [])
    }

    private func deploy(
        _ hooks: [RecordingHooks.Script], _ service: Service = LifecycleTests.service()
    ) async throws -> DeployRecord? {
        let coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: MemoryJournal(), drivers: [.container: driver()], hooks: RecordingHooks(hooks),
                prober: ScriptedProber(), orphans: RecordingOrphans(), clock: clock
            ) { _, _ in },
            services: [service], limits: DeployLimits())
        try await coordinator.start()
        let accepted = try await coordinator.request(service.name, Wish(), by: Trigger(.commandLine))
        return try await coordinator.outcome(of: try #require(accepted.id))
    }

    @Test(arguments: [
        // A tag that is not among those that there are.
        [RecordingHooks.Script(.selectTag, "choose", .tag("9.9"))],
        // A hook that cannot say.
        [RecordingHooks.Script(.selectTag, "choose", [.fails(Problem(.failed, "no registry"))])],
        // An answer that is not possible there.
        [RecordingHooks.Script(.selectTag, "choose", .abort(reason: "no"))],
    ])
    func `what a deploy would fail with is what the plan says`(hooks: [RecordingHooks.Script]) async throws {
        let record = try await deploy(hooks)
        let report = try await plan(hooks)
        #expect(record?.outcome == .failed)
        #expect(report.decision == "failed")
        #expect(report.reason == record?.reason)
    }

    @Test func `a tag that a hook chooses is planned and deployed`() async throws {
        let hooks = [
            RecordingHooks.Script(.selectTag, "pass", .proceed),
            RecordingHooks.Script(.selectTag, "choose", .tag("1.1")),
        ]
        let report = try await plan(hooks)
        #expect(report.decision == "deploy")
        #expect(report.to == new)
        #expect(report.from == old)
        #expect(try await deploy(hooks)?.to == new)
    }

    @Test func `a disabled service is refused by both in the same words`() async throws {
        var service = LifecycleTests.service()
        service.isEnabled = false
        let refusal = Problem(.conflict, "services.web is disabled in the settings")
        await #expect(throws: refusal) { try await plan([], service) }
        await #expect(throws: refusal) { try await deploy([], service) }
    }

    @Test func `a request that makes no sense is refused`() async {
        await #expect(throws: RefusingDriver.refusal) {
            try await DeployPlanner(driver: RefusingDriver(driver()), hooks: RecordingHooks(), clock: clock).plan(
                LifecycleTests.service(), Wish(), state: nil, blocks: [])
        }
    }

    @Test func `the gate in the plan is the one that decides`() {
        let script = ServiceKind.script(ScriptDefinition(run: ["x"]))
        var service = Service(name: "web", kind: script, health: .quick)
        #expect(service.gateText(hooks: []) == "no check: it passes when its script has ended well")
        #expect(service.gateText(hooks: ["web.lua"]) == "hook web.lua; healthy for 2s, within 10s")
        service.health.exec = .init(["./check", "s3cret"], source: ["./check", "${PW}"])
        service.health.http = .init(url: "http://u:pw@h/s3cret?t=pw", source: "http://u:${PW}@h/${PW}?t=${PW}")
        service.health.tcp = .init(host: "10.0.0.9", port: 5432, source: "${DB}:5432")
        let checks = "http http://h/${PW}, tcp ${DB}:5432, exec ./check ${PW}"
        #expect(service.gateText(hooks: []) == "\(checks); healthy for 2s, within 10s")
        #expect(LifecycleTests.service().gateText(hooks: []) == "no probe; healthy for 2s, within 10s")
        // What the text says of a script without a check, the gate does.
        var gate = Gate(health: .quick, startedAt: clock.now())
        #expect(gate.saw(Gate.Sight(look: Look(running: .notAProcess)), at: clock.now()) == .passed)
    }
}

/// Finds fault with every wish.
private struct RefusingDriver: ServiceDriver {
    static let refusal = Problem(.usage, "there is no such thing")

    let driver: SimulatedDriver

    init(_ driver: SimulatedDriver) { self.driver = driver }

    func check(_ wish: Wish, for service: Service) throws(Problem) { throw RefusingDriver.refusal }
    func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? { nil }
    func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        try await driver.plan(deploy, chosen: chosen, state: state)
    }
    func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) { try await driver.pull(deploy, steps) }
    func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) { try await driver.up(deploy, steps) }
    func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        try await driver.look(deploy, steps)
    }
    func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        try await driver.undo(deploy, steps)
    }
    func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) { try await driver.settle(deploy, steps) }
    func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        try await driver.afterInterruption(deploy, steps)
    }
}
