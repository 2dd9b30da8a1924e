import HTTPClient
import Model
import TestKit
import Testing

@Suite struct RedirectTests {
    let client = HTTPClient()

    static func redirecting(to target: String) -> ScriptedServer {
        ScriptedServer { peer in
            while peer.request() != nil {
                peer.answer("moved", status: "302 Found", headers: "Location: \(target)\r\n")
            }
        }
    }

    @Test func redirectsAreNotFollowedUnasked() async throws {
        let server = Self.redirecting(to: "/elsewhere")
        let response = try await client.send(HTTPRequest(url: server.url))
        #expect(response.status == 302)
        #expect(response.text == "moved")
        #expect(response.headers["location"] == "/elsewhere")
    }

    @Test func authorizationDoesNotGoToAnotherServer() async throws {
        let other = ScriptedServer.echo()
        let server = Self.redirecting(to: other.url + "/new")
        var request = HTTPRequest(url: server.url, headers: [("Authorization", "Bearer secret"), ("X", "kept")])
        request.followRedirects = 1
        let response = try await client.send(request)
        #expect(response.text.hasPrefix("GET /new HTTP/1.1"))
        #expect(response.text.contains("X: kept"))
        #expect(!response.text.contains("secret"))
        #expect(response.effectiveURL == other.url + "/new")
        #expect(response.headers["location"] == nil)
    }

    @Test func aStreamSeesOnlyTheLastHead() async throws {
        let other = ScriptedServer.echo()
        let server = Self.redirecting(to: other.url)
        var request = HTTPRequest(url: server.url)
        request.followRedirects = 1
        let response = try await client.stream(
            request,
            onHead: { head in
                #expect(head.status == 200)
                return true
            }, onBody: { _ in true })
        #expect(response.status == 200)
    }

    @Test func aCircleEnds() async {
        let server = Self.redirecting(to: "/again")
        var request = HTTPRequest(url: server.url)
        request.followRedirects = 3
        await #expect(throws: Problem(.limit, "GET \(server.url): more than 3 redirects")) {
            try await client.send(request)
        }
    }

    @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/"])
    func otherSchemesAreRefused(target: String) async {
        let server = Self.redirecting(to: target)
        var request = HTTPRequest(url: server.url)
        request.followRedirects = 3
        let text = "GET \(server.url): redirected to a URL that is neither http nor https"
        await #expect(throws: Problem(.invalid, text)) { try await client.send(request) }
    }
}
