import Lifecycle
import Model
import TestKit
import Testing

@Suite struct HTTPProbeTests {
    private func health(_ port: UInt16, _ statuses: [ClosedRange<Int>] = [200...299]) -> HealthDefinition {
        HealthDefinition(http: .init(url: "http://127.0.0.1:\(port)/healthz", statuses: statuses))
    }

    @Test(
        arguments: [
            ("503 Service Unavailable", [200...299], "answered 503, expected 200-299"),
            // Redirects are not followed.
            ("302 Found", [200...299], "answered 302, expected 200-299"),
            ("500 Oops", [200...204, 301...301], "answered 500, expected 200-204, 301"),
        ] as [(String, [ClosedRange<Int>], String)])
    func aStatusThatIsNotExpectedIsNotHealthy(
        status: String, statuses: [ClosedRange<Int>], complaint: String
    ) async throws {
        let server = ScriptedServer.answering(status, headers: "Location: /ok\r\n")
        let reason = "http http://127.0.0.1:\(server.port)/healthz: \(complaint)"
        #expect(try await probe(health(server.port, statuses)) == .notYet(reason: reason))
    }

    @Test func aRedirectCanBeWhatIsExpected() async throws {
        let server = ScriptedServer.answering("302 Found", headers: "Location: http://127.0.0.1:1/\r\n")
        #expect(try await probe(health(server.port, [200...399])) == .healthy)
        #expect(server.requests.first?.hasPrefix("GET /healthz HTTP/1.1\r\n") == true)
    }

    @Test func nobodyThereIsNotHealthy() async throws {
        let silent = SilentPort()
        let reason = "http http://127.0.0.1:\(silent.port)/healthz: connection refused"
        #expect(try await probe(health(silent.port)) == .notYet(reason: reason))
    }

    @Test func eachRoundAsksOverANewConnection() async throws {
        let server = ScriptedServer.saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok")
        for _ in 0..<3 { #expect(try await probe(health(server.port)) == .healthy) }
        #expect(server.requests.count == 3)
    }

    @Test func anEndlessAnswerIsAnAnswer() async throws {
        let server = ScriptedServer.saying(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + String(repeating: "x", count: 100_000))
        #expect(try await probe(health(server.port)) == .healthy)
    }

    @Test func whatIsSecretInTheURLIsNotShown() async throws {
        let server = ScriptedServer.answering("401 Unauthorized")
        let url = "http://user:hush@127.0.0.1:\(server.port)/healthz?token=hush"
        let reason = "http http://127.0.0.1:\(server.port)/healthz: answered 401, expected 200-299"
        #expect(try await probe(HealthDefinition(http: .init(url: url))) == .notYet(reason: reason))
        #expect(server.requests.first?.hasPrefix("GET /healthz?token=hush HTTP/1.1\r\n") == true)
    }

    @Test func aCertificateThatNobodyVouchesForIsNotHealthy() async throws {
        let server = try await OpenSSLServer.start()
        let url = "https://127.0.0.1:\(server.port)/"
        let reason =
            "http \(url): the server's certificate was refused (SSL certificate problem: self-signed certificate): "
            + "trust its authority in the system's store or name the authority's file"
        #expect(try await probe(HealthDefinition(http: .init(url: url))) == .notYet(reason: reason))
    }
}
