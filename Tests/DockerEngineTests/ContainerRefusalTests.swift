import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// The new container cannot be made, or could not be started for the machine's sake, and that is known before anything
/// has stopped.
struct ContainerRefusalTests {
    /// What somebody does to the world when the deploy is about to make the new container.
    enum Obstacle: String, Sendable, CaseIterable {
        case firstNetworkGone, secondNetworkGone, volumesGone, linkGone, nameTaken
    }

    @Test(
        "A create that is refused leaves the old one running as it was: trap 2", arguments: TestEngine.versions,
        Obstacle.allCases)
    func refused(version: String, obstacle: Obstacle) async throws {
        let machine = try await TestEngine.shared(version)
        let other = "other-" + Moves.word()
        switch obstacle {
        case .firstNetworkGone, .secondNetworkGone: try await machine.docker("network", "create", other)
        case .volumesGone, .linkGone:
            try await machine.build(.idle, as: "grapnel-test/other")
            try await machine.docker("run", "-d", "--name", other, "-v", "/data", "grapnel-test/other")
        case .nameTaken: break
        }
        let options: [Obstacle: [String]] = [
            .firstNetworkGone: ["--network", other], .volumesGone: ["--volumes-from", other],
            .linkGone: ["--link", other],
        ]
        let moves = try await Moves(version, options: ["--restart", "always"] + (options[obstacle] ?? []))
        if obstacle == .secondNetworkGone { try await machine.docker("network", "connect", other, moves.name) }
        let old = try #require(try await moves.container)
        try await moves.offer(.web("two"))
        moves.journal.after(.beginning("create")) {
            do {
                switch obstacle {
                case .firstNetworkGone, .secondNetworkGone:
                    try await machine.docker("network", "disconnect", other, moves.name)
                    try await machine.docker("network", "rm", other)
                case .volumesGone, .linkGone: try await machine.docker("rm", "-f", other)
                case .nameTaken:
                    try await machine.build(.idle, as: "grapnel-test/other")
                    let id = try #require(moves.journal.deploys.last?.id)
                    try await machine.docker("create", "--name", "\(moves.name)-new-\(id)", "grapnel-test/other")
                }
            } catch {
                Issue.record(error)
            }
        }
        let record = try await moves.deploy()
        #expect(record.outcome == .rolledBack, "\(record.reason ?? "")")
        let reason = try #require(record.reason)
        #expect(reason.contains(obstacle == .nameTaken ? "was made from the image" : other), "\(reason)")
        let now = try #require(try await moves.container)
        #expect(now.id == old.id && now.startedAt == old.startedAt && now.isRunning)
        #expect(now.restartPolicy == old.restartPolicy && now.restartCount == 0)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        #expect(try await !moves.journal.entries(of: record.id).contains { $0.step == "stop-old" })
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        try await moves.remove()
    }
}
