import DockerEngine
import Model
import TestKit
import Testing

struct TLSTests {
    @Test(
        "An engine on TCP that wants certificates is spoken to with those of DOCKER_CERT_PATH",
        arguments: TestEngine.versions)
    func certificates(version: String) async throws {
        let files = try await TestCertificates.make()
        let port = SilentPort.free()
        let machine = try await TestEngine.private(
            version,
            options: [
                "--tlsverify", "--tlscacert", files.directory + "/ca.pem", "--tlscert",
                files.directory + "/server.pem", "--tlskey", files.directory + "/server-key.pem", "--host",
                "tcp://127.0.0.1:\(port)",
            ])
        var environment = [
            "DOCKER_HOST": "tcp://127.0.0.1:\(port)", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": files.directory,
        ]
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
}
