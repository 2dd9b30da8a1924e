import Lifecycle
import Model
import TestKit
import Testing

@testable import Daemon

/// What an agent tells of a deploy to whoever follows it.
struct FollowTests {
    private let files = FileTree()
    private let journal = MemoryJournal()

    /// One more life on the same journal. Its time passes by itself.
    private func agent() throws(Problem) -> Agent {
        let world = SimulatedWorld()
        world.offer(.image(reference: "shop/web:1.1", digest: "sha256:" + String(repeating: "a", count: 64)))
        let service = Service(
            name: "web", kind: .container(ContainerDefinition(container: "web")),
            health: HealthDefinition(grace: .seconds(10), stable: .zero))
        let parts = AgentParts(
            services: [service], limits: DeployLimits(), drivers: [.container: SimulatedDriver(world)],
            hooks: RecordingHooks(), prober: ScriptedProber(), channels: [], keeper: RecordingKeeper(),
            warnings: [])
        let log = ReadableLog().log
        let logs = try DeployLogs(files.path("logs")) { noon }
        return Agent(
            journal: journal, parts: parts, orphans: RecordingOrphans(), logs: logs,
            hub: ProgressHub(logs: logs, log: log), log: log, clock: ManualClock()
        ) { () async throws(Problem) in parts }
    }

    private func collect(_ stream: AsyncStream<DeployProgress>) async -> [DeployProgress] {
        await stream.reduce(into: []) { $0.append($1) }
    }

    private func deploy(_ agent: Agent) async throws -> DeployReport {
        guard case .queued(let id) = try await agent.deploy("web", Wish(), by: Trigger(.commandLine)) else {
            throw Problem(.failed, "it is not queued")
        }
        return try #require(try await agent.outcome(of: id))
    }

    private func ends(_ report: DeployReport) -> [DeployProgress] {
        report.phases.map {
            .phaseEnded($0.name, result: $0.result, took: .milliseconds($0.milliseconds))
        } + [.finished(.deployed, reason: nil)]
    }

    @Test func `a deploy that has just ended is told from its begin`() async throws {
        let agent = try agent()
        let report = try await deploy(agent)
        #expect(report.record.outcome == .deployed && report.phases.count == 10)
        let told = await collect(try await agent.follow(report.record.id))
        #expect(told.first == .phase(.select))
        #expect(
            told.compactMap { if case .phaseEnded(let phase, _, _) = $0 { phase } else { nil } }
                == report.phases.map(\.name))
        #expect(told.last == .finished(.deployed, reason: nil))
        await agent.stop()
    }

    @Test func `of a deploy before the agent's start the phases and the end are told`() async throws {
        let first = try agent()
        let report = try await deploy(first)
        await first.stop()
        let second = try agent()
        #expect(await collect(try await second.follow(report.record.id)) == ends(report))
        await second.stop()
    }

    @Test func `nobody waits for a deploy that is unknown`() async throws {
        let agent = try agent()
        await #expect(throws: Problem.unknownDeploy("0abc")) { try await agent.follow(DeployID("0abc")) }
        await agent.stop()
    }
}

/// Nobody is told of anything here.
extension MemoryJournal: EventOutbox {
    func undelivered(limit: Int) async throws(Problem) -> [OutboxEvent] { [] }
    func markDelivered(_ numbers: [Int64]) async throws(Problem) {}
}
