import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// A status is answered however many probes hang.
struct LookRoundTests {
    private let clock = ManualClock(jumps: false)
    private let unknown: @Sendable (String) -> ServiceReport.Health = { .unknown(reason: $0) }

    private func deploys(_ count: Int, _ name: String = "s") -> [Deploy] {
        (0..<count).map { index in
            Deploy(
                id: DeployID(""),
                service: Service(name: "\(name)\(index)", kind: .script(ScriptDefinition(run: ["x"]))),
                trigger: Trigger(.commandLine), wish: Wish(), attempt: 1)
        }
    }

    /// Looks that hang for services whose name begins with `h`, until they are broken off.
    private final class Looks: Sendable {
        struct Count {
            var begun = 0
            var running = 0
            var most = 0
            var brokenOff = 0
        }
        private let count = Mutex(Count())
        var now: Count { count.withLock { $0 } }

        func look(_ deploy: Deploy) async -> ServiceReport.Health {
            count.withLock { count in
                count.begun += 1
                count.running += 1
                count.most = max(count.most, count.running)
            }
            defer { count.withLock { $0.running -= 1 } }
            await Task.yield()
            if deploy.service.name.hasPrefix("h") {
                while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
                count.withLock { $0.brokenOff += 1 }
                return .unhealthy(reason: "broken off")
            }
            return .healthy
        }
    }

    @Test func `what does not answer in time is unknown, and so is what it kept waiting`() async {
        let looks = Looks()
        let round = LookRound(clock: clock, width: 3, time: .seconds(10), unknown: unknown) { await looks.look($0) }
        let health = Task { [deploys] in await round.findings(of: deploys(5, "h")) }
        await wait { looks.now.begun == 3 && clock.nextDue != nil }
        clock.advance(by: .seconds(10))
        let silent = ServiceReport.Health.unknown(reason: "no answer within 10s")
        let skipped = ServiceReport.Health.unknown(
            reason: "not looked at: other services took 10s")
        #expect(await health.value == [silent, silent, silent, skipped, skipped])
        await wait { looks.now.brokenOff == 3 }
        #expect(looks.now.begun == 3)
        #expect(looks.now.running == 0)
    }

    @Test func `one that hangs hides nothing of the others`() async {
        let looks = Looks()
        let round = LookRound(clock: clock, width: 2, unknown: unknown) { await looks.look($0) }
        let all = deploys(1, "h") + deploys(40)
        let health = Task { await round.findings(of: all) }
        await wait { looks.now.begun == 41 && looks.now.running == 1 && clock.nextDue != nil }
        clock.advance(by: LookRound<ServiceReport.Health>.time)
        let found = await health.value
        #expect(found.first == .unknown(reason: "no answer within 10s"))
        #expect(found.dropFirst().allSatisfy { $0 == .healthy })
        #expect(looks.now.most <= 2)
    }

    @Test func `nobody waits when all have answered`() async {
        let looks = Looks()
        let round = LookRound(clock: clock, unknown: unknown) { await looks.look($0) }
        #expect(await round.findings(of: deploys(50)) == Array(repeating: .healthy, count: 50))
        #expect(looks.now.most <= LookRound<ServiceReport.Health>.width)
        #expect(await round.findings(of: []) == [])
    }
}
