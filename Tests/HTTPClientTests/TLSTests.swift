import Glibc
import HTTPClient
import Model
import Testing

@Suite struct TLSTests {
    let client = HTTPClient()

    @Test func aCertificateOfItsOwnIsRefusedUntilItsAuthorityIsNamed() async throws {
        let server = try OpenSSLServer()
        let url = "https://127.0.0.1:\(server.port)/"
        let expected =
            "GET \(url): the server's certificate was refused (SSL certificate problem: self-signed certificate): "
            + "trust its authority in the system's store or name the authority's file"
        await #expect(throws: Problem(.failed, expected)) { try await client.send(HTTPRequest(url: url)) }

        var trusting = HTTPRequest(url: url)
        trusting.tls.caFile = server.certificate
        #expect(try await client.send(trusting).status == 200)

        var careless = HTTPRequest(url: url)
        careless.tls.verify = false
        #expect(try await client.send(careless).status == 200)

        // What the careless one opened is not lent to the careful one.
        await #expect(throws: Problem.self) { try await client.send(HTTPRequest(url: url)) }
    }

    @Test func aMissingAuthorityFileIsNamed() async {
        var request = HTTPRequest(url: "https://127.0.0.1:1/")
        request.tls.caFile = "/nowhere/ca.pem"
        let server = try? OpenSSLServer()
        request.url = "https://127.0.0.1:\(server?.port ?? 0)/"
        let text = "GET \(request.url): the authorities in /nowhere/ca.pem cannot be read, expected a PEM file"
        await #expect(throws: Problem(.failed, text)) { try await client.send(request) }
    }

    @Test func aServerWithoutTLS() async throws {
        let server = ScriptedServer { peer in
            peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.waitForEnd()
        }
        do throws(Problem) {
            _ = try await client.send(HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
            Issue.record("no problem")
        } catch {
            #expect(error.code == .failed)
            #expect(error.message.hasPrefix("GET https://127.0.0.1:\(server.port)/: the TLS handshake failed: "))
        }
    }
}

/// `openssl s_server` with a certificate that it signed itself.
final class OpenSSLServer {
    let port: UInt16
    let certificate: String
    private let process: pid_t

    init() throws {
        let directory = temporaryDirectory()
        certificate = directory + "/cert.pem"
        let key = directory + "/key.pem"
        let (maker, _) = Self.run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        var status: Int32 = 0
        waitpid(maker, &status, 0)
        try #require(status == 0)
        let output: Int32
        (process, output) = Self.run([
            "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www",
        ])
        var text = ""
        var byte: UInt8 = 0
        // It prints "ACCEPT 127.0.0.1:PORT".
        while !text.hasPrefix("ACCEPT ") || !text.hasSuffix("\n") {
            if text.hasSuffix("\n") { text = "" }
            try #require(read(output, &byte, 1) == 1)
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        port = try #require(UInt16(text.dropLast().split(separator: ":").last ?? ""))
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    private static func run(_ arguments: [String]) -> (process: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process = pid_t()
        posix_spawnp(&process, "openssl", &actions, nil, &words, environ)
        close(ends[1])
        return (process, ends[0])
    }
}
