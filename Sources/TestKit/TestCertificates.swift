package import Model
import Processes

/// An authority of its own, and what it has signed for a server on the loopback interface and for its client: the
/// files that `docker` looks for in `DOCKER_CERT_PATH`, and `server.pem` and `server-key.pem`.
package struct TestCertificates: Sendable {
    private let files: FileTree

    package var directory: String { files.path }

    /// They end after so many days.
    package static func make(days: Int = 2) async throws(Problem) -> TestCertificates {
        let files = FileTree()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "\(days)"]
        try await openssl(
            ["req", "-x509", "-subj", "/CN=test authority"] + key
                + ["-keyout", files.path("ca-key.pem"), "-out", files.path("ca.pem")])
        for (name, keyName, use) in [
            ("server.pem", "server-key.pem", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth"),
            ("cert.pem", "key.pem", "extendedKeyUsage=clientAuth"),
        ] {
            let (request, extensions) = (files.path("request.pem"), files.file("extensions", use + "\n"))
            try await openssl(
                ["req", "-new", "-subj", "/CN=\(name)"] + key + ["-keyout", files.path(keyName), "-out", request])
            try await openssl([
                "x509", "-req", "-in", request, "-CA", files.path("ca.pem"), "-CAkey", files.path("ca-key.pem"),
                "-CAcreateserial", "-days", "\(days)", "-extfile", extensions, "-out", files.path(name),
            ])
        }
        return TestCertificates(files: files)
    }

    private static func openssl(_ words: [String]) async throws(Problem) {
        var spec = ProcessSpec(["openssl"] + words)
        spec.timeout = .seconds(60)
        let result = try await Process.run(spec)
        guard result.succeeded else { throw Problem(.failed, "openssl \(words[0]): \(result.errorsText)") }
    }
}
