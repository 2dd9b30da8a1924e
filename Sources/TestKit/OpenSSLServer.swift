package import Model
import Processes

/// `openssl s_server` with a certificate that it signed itself; it ends with the object.
package final class OpenSSLServer: Sendable {
    package let port: UInt16
    package var certificate: String { files.path("cert.pem") }
    private let files: FileTree
    private let process: Task<ProcessResult?, Never>

    private init(port: UInt16, files: FileTree, process: Task<ProcessResult?, Never>) {
        self.port = port
        self.files = files
        self.process = process
    }

    package static func start() async throws(Problem) -> OpenSSLServer {
        let files = FileTree()
        let (certificate, key) = (files.path("cert.pem"), files.path("key.pem"))
        let made = try await Process.run(
            spec([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ]))
        guard made.succeeded else { throw Problem(.failed, "no certificate was made: \(made.errorsText)") }
        let output = Recorded<[UInt8]>()
        let server = spec(["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"])
        let process = Task { try? await Process.run(server) { output.append(Array($1)) } }
        var port: UInt16?
        await wait {
            port = announcedPort(in: String(decoding: output.all.joined(), as: UTF8.self))
            return port != nil
        }
        guard let port else {
            process.cancel()
            throw Problem(.failed, "openssl s_server did not start")
        }
        return OpenSSLServer(port: port, files: files, process: process)
    }

    deinit { process.cancel() }

    private static func spec(_ words: [String]) -> ProcessSpec {
        var spec = ProcessSpec(["openssl"] + words)
        spec.timeout = .seconds(300)
        return spec
    }

    /// It says `ACCEPT 127.0.0.1:PORT`.
    private static func announcedPort(in text: String) -> UInt16? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last.flatMap { UInt16($0) }
    }
}
