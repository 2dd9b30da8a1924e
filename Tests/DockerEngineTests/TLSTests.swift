import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

struct TLSTests {
    @Test(
        "An engine on TCP that wants certificates is spoken to with those of DOCKER_CERT_PATH",
        arguments: TestEngine.versions)
    func certificates(version: String) async throws {
        let files = try await TestCertificates.make()
        var environment: [String: String]
        let machine: TestEngine
        (machine, environment) = try await TestEngine.guarded(version, by: files)
        let engine = try Engine(environment: environment, client: client)
        #expect(try await engine.get("/info")["ServerVersion"]?.string?.hasPrefix(version) == true)

        // Somebody else's certificates: neither side trusts the other.
        environment["DOCKER_CERT_PATH"] = try await TestCertificates.make().directory
        let stranger = try Engine(environment: environment, client: client)
        #expect(await problem { _ = try await stranger.get("/info") }?.code == .unreachable)
        // Verifying nothing, and showing nothing.
        environment["DOCKER_TLS_VERIFY"] = nil
        let plain = try Engine(environment: environment, client: client)
        #expect(await problem { _ = try await plain.get("/info") } != nil)
        try await machine.remove()
    }

    @Test("A container is moved, and moved back, through such an engine", arguments: TestEngine.versions)
    func deploys(version: String) async throws {
        let files = try await TestCertificates.make()
        let (machine, environment) = try await TestEngine.guarded(version, by: files)
        let moves = try await Moves(on: machine, through: try Engine(environment: environment, client: client))
        let image = try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        let good = try #require(try await moves.container)
        #expect(good.imageID == image && good.isRunning)
        try await moves.offer(TestImage("echo no database; exit 3"))
        let second = try await moves.deploy()
        #expect(second.outcome == .rolledBack)
        #expect(second.reason == "health: it exited with code 3", "\(second.reason ?? "")")
        #expect(moves.lines.all.contains("\(moves.name): no database"))
        #expect(try await moves.container?.id == good.id)
        #expect(try await moves.containers() == ["\(moves.name) running"])
        try await machine.remove()
    }
}
