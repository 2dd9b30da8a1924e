import Model
import Processes
import TestKit
import Testing

/// The program with an engine that is reached by TCP, with certificates.
struct RemoteEngineTests {
    @Test("Deploys, rolls back and tells of an engine behind TLS", arguments: TestEngine.versions)
    func guarded(version: String) async throws {
        let files = try await TestCertificates.make()
        let (machine, environment) = try await TestEngine.guarded(version, by: files)
        let shop = try await Shop(on: machine)
        let agent = RunningAgent(shop.program, environment: environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")

        try await shop.offer(2)
        let good = try await shop.program.run("deploy", "web")
        #expect(good.exitCode == 0, "\(good.errorsText)")
        #expect(try await shop.release() == "2")
        try await machine.build(.exiting(3), as: "grapnel-test/\(shop.name):latest")
        #expect(try await shop.program.run("deploy", "web").exitCode == 1)
        #expect(try await shop.release() == "2")
        #expect(try await shop.history().first?["outcome"] == "rolled-back")

        let doctor = try await shop.program.run("doctor", environment: environment)
        #expect(doctor.outputText.contains(environment["DOCKER_HOST"] ?? "?"), "\(doctor.outputText)")
        try await machine.stop()
        #expect(try await shop.status()["state"] == "unknown")
        await agent.stop()
        try await machine.remove()
    }
}
