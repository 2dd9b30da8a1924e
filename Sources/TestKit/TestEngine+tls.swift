package import Model

extension TestEngine {
    /// One that wants certificates of everybody who comes by TCP, and what its owner sets to reach it.
    package static func guarded(
        _ version: String, by files: TestCertificates
    ) async throws(Problem) -> (TestEngine, environment: [String: String]) {
        let port = SilentPort.free()
        let machine = try await TestEngine.private(
            version,
            options: [
                "--tlsverify", "--tlscacert", files.directory + "/ca.pem", "--tlscert",
                files.directory + "/server.pem", "--tlskey", files.directory + "/server-key.pem", "--host",
                "tcp://127.0.0.1:\(port)",
            ])
        return (
            machine,
            [
                "DOCKER_HOST": "tcp://127.0.0.1:\(port)", "DOCKER_TLS_VERIFY": "1",
                "DOCKER_CERT_PATH": files.directory,
            ]
        )
    }
}
