import Glibc
import HTTPClient
import HTTPServer
import Model
import TestKit
import Testing

private let local = Listener.tcp(host: "127.0.0.1", port: 0)

/// Answers with what the handler was given.
private func echo(_ request: ServerRequest) -> ServerAnswer {
    let query = request.query.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
    let body = String(decoding: request.body, as: UTF8.self)
    return .full(status: 200, body: Array("\(request.method) [\(request.path)] [\(query)] [\(body)]".utf8))
}

@Suite struct RequestTests {
    let client = HTTPClient()

    @Test func theHandlerGetsTheWholeRequest() async throws {
        let seen = Shared<ServerRequest?>(nil)
        let server = try HTTPServer(local) { request in
            seen.change { $0 = request }
            return .full(status: 201, headers: [("X-Answer", "yes")], body: Array("done".utf8))
        }
        let response = try await client.send(
            HTTPRequest(
                method: "POST", url: "http://127.0.0.1:\(server.port)/a%2Fb/c?x=1&y=a+b&x=2",
                headers: [("X-Sig", "abc"), ("Empty", "")], body: [0, 1, 2, 255]))
        #expect(response.status == 201)
        #expect(response.headers["x-answer"] == "yes")
        #expect(response.text == "done")
        let request = try #require(seen.value)
        #expect(request.method == "POST")
        #expect(request.path == "/a/b/c")
        #expect(request.rawPath == "/a%2Fb/c")
        #expect(request.query.map { "\($0.0)=\($0.1)" } == ["x=1", "y=a b", "x=2"])
        #expect(request.query("x") == "1")
        #expect(request.headers["x-sig"] == "abc")
        #expect(request.headers["EMPTY"] == "")
        #expect(request.body == [0, 1, 2, 255])
        guard case .tcp("127.0.0.1", let port) = request.peer else {
            Issue.record("\(request.peer)")
            return
        }
        #expect(port > 0)
    }

    @Test(arguments: [
        ("/", "[/] []"), ("/%C3%A9", "[/é] []"), ("/a%20b", "[/a b] []"), ("/a+b", "[/a+b] []"),
        ("/?q=%26%3D%2b", "[/] [q=&=+]"), ("/?a&b=&=c&&", "[/] [a=,b=,=c]"), ("/x?a=b?c=d", "[/x] [a=b?c=d]"),
        // Dot segments and doubled slashes are the router's business.
        ("/../a//b/%2e%2E", "[/../a//b/..] []"),
    ])
    func targetsAreDecoded(target: String, expected: String) async throws {
        let server = try HTTPServer(local) { echo($0) }
        let text = await exchange(server.port, "GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(text.hasSuffix("\r\n\r\nGET \(expected) []"))
    }

    @Test(arguments: [
        // A bad escape, half of one, a NUL, and bytes that are not UTF-8; in the path and in the query.
        "/%zz", "/%", "/%4", "/a%00b", "/%ff", "/?a=%zz", "/?a=%00", "/?%ff=1",
        // Forms for proxies.
        "http://x/", "*", "x",
    ])
    func targetsThatAreNotWellFormedAreRefused(target: String) async throws {
        let server = try HTTPServer(local) { echo($0) }
        let text = await exchange(server.port, "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(text.hasSuffix("\r\n\r\nthe path or query is not well-formed\n"))
    }

    @Test(arguments: [
        // Two opinions about where the body ends.
        (
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            "Content-Length and Transfer-Encoding in one request"
        ),
        ("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400, "more than one Content-Length"),
        ("Transfer-Encoding: gzip\r\n\r\n", 501, "the only Transfer-Encoding here is chunked"),
        ("Transfer-Encoding: chunked, gzip\r\n\r\n", 501, "the only Transfer-Encoding here is chunked"),
        // The library would take these for other headers, and the body for the next request.
        ("Content-Length : 4\r\n\r\nabcd", 400, "a header's name or value is not allowed"),
        ("Content(Length: 4\r\n\r\nabcd", 400, "a header's name or value is not allowed"),
        ("Host: y\r\n\r\n", 400, "more than one Host"),
        ("X: a\u{1}b\r\n\r\n", 400, "a header's name or value is not allowed"),
        // The library reads up to the NUL, or joins the lines.
        ("X: a\u{0}bcd\r\n\r\n", 400, "the head of the request has bytes that do not belong there"),
        ("X: a\r\n   folded\r\n\r\n", 400, "the head of the request has bytes that do not belong there"),
    ])
    func headsThatCanBeMisreadAreRefused(rest: String, status: Int, text: String) async throws {
        let server = try HTTPServer(local) { echo($0) }
        let answer = await exchange(server.port, "POST / HTTP/1.1\r\nHost: x\r\n\(rest)")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.hasSuffix("\r\n\r\n\(text)\n"))
        // One answer and the end of the connection, whatever followed.
        #expect(answer.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: true).count == 1)
    }

    @Test(arguments: [
        "GET /\u{0}x HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /\r\n\r\n", "\u{1}\u{2}\u{3}\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func whatIsNotHTTPNeverReachesTheHandler(text: String) async throws {
        let server = try HTTPServer(local) { _ in .full(status: 200, body: Array("handled".utf8)) }
        let answer = await exchange(server.port, text)
        #expect(!answer.contains("handled") && !answer.contains(" 200 "))
    }

    @Test func blanksAroundAValueAreNothingBad() async throws {
        let server = try HTTPServer(local) { request in
            .full(status: 200, body: Array("[\(request.headers["X"] ?? "")]".utf8))
        }
        let answer = await exchange(
            server.port, "GET / HTTP/1.1\r\nHost:x\r\nConnection: close\r\nX: \t  a b \t \r\n\r\n")
        #expect(answer.hasSuffix("\r\n\r\n[a b]"))
    }

    @Test func aHeadOverTheLimitIsRefused() async throws {
        var limits = ServerLimits()
        limits.maximumHeader = 4096
        let server = try HTTPServer(local, limits: limits) { echo($0) }
        let fitting = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: "
        let filler = String(repeating: "a", count: 4096 - fitting.utf8.count - 4)
        #expect(await exchange(server.port, "\(fitting)\(filler)\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        #expect(await exchange(server.port, "\(fitting)\(filler)a\r\n\r\n").hasPrefix("HTTP/1.1 431 "))
        let huge = String(repeating: "a", count: 100_000)
        #expect(!(await exchange(server.port, "\(fitting)\(huge)\r\n\r\n").contains(" 200 ")))
        let many = String(repeating: "X: y\r\n", count: 101)
        #expect(
            await exchange(server.port, "GET / HTTP/1.1\r\nHost: x\r\n\(many)\r\n").hasSuffix(
                "\r\n\r\nthe request has more than 100 headers\n"))
    }

    @Test func aHeadAtEveryLimitLeavesRoomForTheAnswersOwn() async throws {
        let server = try HTTPServer(local) { _ in
            .full(status: 200, headers: (1...20).map { ("X-\($0)", String(repeating: "y", count: 100)) })
        }
        let fields = (0..<98).map { "X-\($0): \(String(repeating: "a", count: 155))\r\n" }.joined()
        let head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(fields)\r\n"
        #expect(head.utf8.count > 16_000 && head.utf8.count <= 16 << 10)
        #expect(await exchange(server.port, head).contains("X-20: yyy"))
    }

    // MARK: bodies

    @Test func aBodyOverTheLimitIsRefusedBeforeItCame() async throws {
        let handled = Shared(false)
        let server = try HTTPServer(local) { _ in
            handled.change { $0 = true }
            return .full(status: 200)
        }
        let port = server.port
        let answer = await onThread {
            let client = RawClient(port: port)
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n")
            return client.readToEnd()
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nthe body may have at most 1048576 bytes\n"))
        #expect(handled.value == false)
    }

    @Test(arguments: ["Content-Length: 8000000", "Transfer-Encoding: chunked"])
    func aClientThatSendsFirstAndReadsThenLearnsIt(length: String) async throws {
        let server = try HTTPServer(local) { echo($0) }
        let port = server.port
        let answer = await onThread {
            let client = RawClient(port: port)
            client.send("POST / HTTP/1.1\r\nHost: x\r\n\(length)\r\n\r\n")
            let chunk = "400\r\n\(String(repeating: "a", count: 0x400))\r\n"
            for _ in 0..<4000 where !client.send(chunk) { break }
            return client.readToEnd()
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nthe body may have at most 1048576 bytes\n"))
    }

    @Test func anEndlessBodyIsNotReadForLong() async throws {
        var limits = ServerLimits()
        limits.maximumBody = 1000
        let server = try HTTPServer(local, limits: limits) { echo($0) }
        let port = server.port
        let seconds = await onThread {
            let client = RawClient(port: port)
            let start = time(nil)
            client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            while client.send("4\r\nabcd\r\n") { usleep(1000) }
            return time(nil) - start
        }
        #expect(seconds < 25)
    }

    @Test func bodiesUpToTheLimitArrive() async throws {
        let server = try HTTPServer(local) { .full(status: 200, body: $0.body) }
        let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let response = try await client.send(
            HTTPRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: body))
        #expect(response.body == body)
    }

    @Test func chunkedBodiesArrive() async throws {
        let server = try HTTPServer(local) { echo($0) }
        let text = await exchange(
            server.port,
            "PUT /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n")
        #expect(text.hasSuffix("\r\n\r\nPUT [/c] [] [abcdefg]"))
    }

    @Test func aClientThatAsksIsToldToContinue() async throws {
        let server = try HTTPServer(local) { echo($0) }
        let port = server.port
        let (first, rest) = await onThread {
            let client = RawClient(port: port)
            client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            let first = client.read(until: "\r\n\r\n")
            client.send("ab")
            return (first, client.readToEnd())
        }
        #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(rest.hasSuffix("\r\n\r\nPOST [/] [] [ab]"))
    }

    @Test func aClientThatAsksForTooMuchIsToldSoInstead() async throws {
        let server = try HTTPServer(local) { echo($0) }
        let text = await exchange(
            server.port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 413 "))
    }

    // MARK: answers

    @Test func headGetsTheLengthAndNoBody() async throws {
        let server = try HTTPServer(local) { echo($0) }
        let text = await exchange(server.port, "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(text.contains("\r\nContent-Length: 15\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        ServerAnswer.full(status: 200, headers: [("X", "a\r\nSet-Cookie: b")]),
        .full(status: 200, headers: [("X\r\nSet-Cookie", "b")]), .full(status: 100), .full(status: 700),
    ])
    func anAnswerThatWouldBreakTheProtocolIsNotSent(answer: ServerAnswer) async throws {
        let server = try HTTPServer(local) { _ in answer }
        let response = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
        #expect(response.status == 500)
        #expect(response.text == "the answer could not be sent\n")
        #expect(response.headers["Set-Cookie"] == nil)
    }

    @Test func theServerWritesTheFramingItself() async throws {
        let server = try HTTPServer(local) { _ in
            .full(
                status: 200,
                headers: [
                    ("Content-Length", "99"), ("transfer-encoding", "chunked"), ("Connection", "keep-alive"),
                    ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Empty", ""),
                ], body: Array("abc".utf8))
        }
        let response = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
        #expect(response.text == "abc")
        #expect(response.headers.all("Content-Length") == ["3"])
        #expect(response.headers["Transfer-Encoding"] == nil)
        #expect(response.headers.all("Set-Cookie") == ["a", "b"])
    }

    @Test func aClientThatHasSaidAllItWantsIsAnswered() async throws {
        let server = try HTTPServer(local) { request in
            try? await Task.sleep(for: .milliseconds(50))
            return echo(request)
        }
        let port = server.port
        let text = await onThread {
            let client = RawClient(port: port)
            client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
            client.closeSending()
            return client.readToEnd()
        }
        #expect(text.hasSuffix("\r\n\r\nPOST [/x] [] [ab]"))
    }

    @Test func aThousandRequestsOnOneConnection() async throws {
        let server = try HTTPServer(local) { echo($0) }
        let ports = Shared<Set<UInt16>>([])
        let counting = try HTTPServer(local) { request in
            if case .tcp(_, let port) = request.peer { ports.change { _ = $0.insert(port) } }
            return echo(request)
        }
        for number in 0..<1000 {
            let response = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(counting.port)/\(number)"))
            #expect(response.text == "GET [/\(number)] [] []")
        }
        #expect(ports.value.count == 1)
        withExtendedLifetime(server) {}
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let server = try HTTPServer(local) { request in
            if request.path == "/1" { try? await Task.sleep(for: .milliseconds(50)) }
            return echo(request)
        }
        let text = await exchange(
            server.port,
            "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                + "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let bodies = text.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
        #expect(bodies == ["GET [/1] [] []", "POST [/2] [] [ab]", "GET [/3] [] []"])
    }
}
