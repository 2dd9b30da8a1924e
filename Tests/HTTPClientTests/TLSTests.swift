import HTTPClient
import Model
import TestKit
import Testing

@Suite struct TLSTests {
    let client = HTTPClient()

    @Test func aCertificateOfItsOwnIsRefusedUntilItsAuthorityIsNamed() async throws {
        let server = try await OpenSSLServer.start()
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
        let server = try? await OpenSSLServer.start()
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
