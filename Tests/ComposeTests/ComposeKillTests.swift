import DockerEngine
import Glibc
import Lifecycle
import Model
import Processes
import TestKit
import Testing

@testable import Compose

/// The agent loses its power at every write to its journal, and compose is killed in the middle of its work. In the next
/// life the service runs the old release or the new one, the file names it, and nothing else is left.
@Suite("Compose deploys that are cut off")
struct ComposeKillTests {
    private static let file = """
        services:
          web:
            image: IMAGE:1.0 # here
            restart: always
            stop_grace_period: 1s
          db:
            image: IMAGE:1.0
            stop_grace_period: 1s

        """

    private func scene(_ compose: TestCompose, isGood: Bool) async throws -> ComposeScene {
        let scene = try await ComposeScene(
            "26.1", compose, Self.file,
            health: HealthDefinition(grace: .seconds(10), stable: .milliseconds(100), interval: .milliseconds(50)))
        try await scene.offer(isGood ? .idle.with { $0.labels["release"] = "2" } : .exiting(1))
        return scene
    }

    @Test(
        "A deploy that is cut off at any write leaves one release, and a file that says which",
        arguments: TestCompose.allCases, [true, false])
    func cutOff(compose: TestCompose, isGood: Bool) async throws {
        let whole = PowerSupply()
        let model = try await scene(compose, isGood: isGood)
        #expect(await model.trial.live(whole))
        try await check(model, isGood: isGood, at: 0)
        let writes = model.journal.writes
        #expect(whole.count == writes.count * 2)
        let musts = (["pin", "up"] + (isGood ? [] : ["unpin", "restore"])).flatMap { around($0, in: writes) }
        let instants = (1...whole.count).filter { isLong || $0 % 24 == 1 || musts.contains($0) }
        try await concurrently(instants, most: 3) { instant in
            let scene = try await scene(compose, isGood: isGood)
            #expect(await scene.trial.live(PowerSupply(failingAt: instant)))
            #expect(await scene.trial.live())
            try await check(scene, isGood: isGood, at: instant)
        }
    }

    /// The instants when a step is announced and nothing was done yet, and when it is done and that was not written down.
    private func around(_ step: String, in writes: [String]) -> [Int] {
        guard let intent = writes.firstIndex(of: "intent of \(step)"),
            let result = writes[intent...].firstIndex(of: "result of \(step)")
        else {
            Issue.record("no step \(step): \(writes)")
            return []
        }
        return [intent * 2 + 2, result * 2 + 1]
    }

    private func check(_ scene: ComposeScene, isGood: Bool, at instant: Int) async throws {
        let record = try #require(scene.journal.deploys.first)
        #expect(record.outcome == (isGood ? .deployed : .rolledBack), "instant \(instant): \(record.reason ?? "")")
        let runs = isGood ? record.to : record.from
        #expect(try await scene.digests() == [runs?.identity], "instant \(instant)")
        let tag = isGood ? "1.0@\(runs?.identity ?? "")" : "1.0"
        let text = Self.file.replacing("1.0 # here", with: "\(tag) # here").replacing("IMAGE", with: scene.repository)
        #expect(scene.text == text, "instant \(instant)")
        try await expectOrder(scene, "instant \(instant)")
        #expect(scene.journal.violations == [])
        try await scene.remove()
    }

    /// Under the names that compose gives, and so that compose up by hand changes nothing.
    private func expectOrder(_ scene: ComposeScene, _ place: String) async throws {
        let mark = scene.compose == .first ? "_" : "-"
        let wanted = ["db", "web"].map { "\(scene.name)\(mark)\($0)\(mark)1 running" }
        let states = try await scene.states()
        #expect(states == wanted, "\(place)")
        #expect(scene.files.names() == ["compose.yml"], "\(place)")
        let before = try await scene.containers().map { $0.id }
        try await scene.up()
        #expect(try await scene.containers().map { $0.id } == before, "\(place)")
    }

    @Test(
        "A compose that is killed in the middle of its work is made good, forward and back",
        arguments: TestCompose.allCases, [true, false])
    func composeKilled(compose: TestCompose, goesOn: Bool) async throws {
        // From before it has done anything until after it is through.
        let last = compose == .first ? 2600 : 1600
        let count = isLong ? 40 : 6
        try await concurrently(Array(0..<count), most: 2) { number in
            let delay = last * number / count + 60
            let scene = try await scene(compose, isGood: true)
            let (old, text) = (try await scene.digests(), scene.text)
            var deploy = Deploy(
                id: DeployID(String("k\(UInt32.random(in: .min ... .max))0000000000".prefix(10))),
                service: scene.service,
                trigger: Trigger(.commandLine), wish: Wish(), attempt: 1)
            let plan = try await scene.driver.plan(deploy, chosen: nil, state: ServiceState(name: scene.name))
            (deploy.from, deploy.to) = (plan.from, plan.to)
            let steps = DeploySteps(phase: .up, recorded: [], clock: ManualClock(), progress: { _ in }) { _ in }
            try await scene.driver.pull(deploy, steps)
            let moving = Task { [deploy] in
                do { try await scene.driver.up(deploy, steps) } catch { return error as? Problem }
                return nil
            }
            _ = await wait { steps.intent("up") != nil }
            try await Task.sleep(for: .milliseconds(delay))
            for pid in DeployChildren.find(marker: DeployEnvironment.marker, value: deploy.id.text) {
                kill(pid, SIGKILL)
            }
            _ = await moving.value
            if goesOn {
                try await scene.driver.up(deploy, steps)
            } else {
                deploy.failure = "a test"
                #expect(try await scene.driver.undo(deploy, steps) == .restored, "\(delay) ms")
            }
            #expect(try await scene.digests() == (goesOn ? [plan.to?.identity ?? ""] : old), "\(delay) ms")
            if !goesOn { #expect(scene.text == text, "\(delay) ms") }
            try await expectOrder(scene, "\(delay) ms")
            try await scene.remove()
        }
    }
}
