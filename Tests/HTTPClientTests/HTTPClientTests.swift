import Glibc
import HTTPClient
import Model
import Synchronization
import TestKit
import Testing

@Suite struct HTTPClientTests {
    let client = HTTPClient()

    func problem(_ request: HTTPRequest) async -> Problem? {
        do throws(Problem) {
            _ = try await client.send(request)
            return nil
        } catch { return error }
    }

    // MARK: what is sent

    @Test func sendsMethodHeadersAndBodyAsTheyAre() async throws {
        let server = ScriptedServer.echo()
        let request = HTTPRequest(
            method: "POST", url: server.url + "/a?b=c", headers: [("X-One", "1"), ("X-Empty", "")],
            body: Array("text".utf8))
        let response = try await client.send(request)
        #expect(
            response.text == """
                POST /a?b=c HTTP/1.1\r
                Host: 127.0.0.1:\(server.port)\r
                User-Agent: grapnel/0.1.0\r
                Accept: */*\r
                X-One: 1\r
                X-Empty:\r
                Content-Length: 4\r
                \r
                text
                """)
        #expect(response.effectiveURL == server.url + "/a?b=c")
    }

    @Test(arguments: ["PUT", "PATCH", "POST"])
    func anEmptyBodyIsAnnounced(method: String) async throws {
        let server = ScriptedServer.echo()
        let response = try await client.send(HTTPRequest(method: method, url: server.url))
        #expect(response.text.hasPrefix("\(method) / HTTP/1.1\r\n"))
        #expect(response.text.contains("Content-Length: 0\r\n"))
    }

    @Test func aBodyKeepsItsNULBytes() async throws {
        let server = ScriptedServer.echo()
        let response = try await client.send(
            HTTPRequest(method: "DELETE", url: server.url, body: [0x61, 0, 0x62, 0]))
        #expect(response.body.suffix(4) == [0x61, 0, 0x62, 0])
        #expect(response.text.hasPrefix("DELETE / HTTP/1.1\r\n"))
    }

    @Test func headHasNoBodyButItsHeaders() async throws {
        let server = ScriptedServer { peer in
            while peer.request() != nil { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n") }
        }
        let response = try await client.send(HTTPRequest(method: "HEAD", url: server.url))
        #expect(response.body.isEmpty)
        #expect(response.headers["content-length"] == "99999999")
    }

    @Test func speaksOverAUnixSocket() async throws {
        let files = FileTree()
        let path = files.path("s")
        let server = ScriptedServer(unixSocket: path) { peer in
            while let request = peer.request() { peer.answer(request) }
        }
        let response = try await client.send(HTTPRequest(url: "http://docker/info", unixSocket: path))
        #expect(response.text.hasPrefix("GET /info HTTP/1.1\r\nHost: docker\r\n"))
        withExtendedLifetime(server) {}
    }

    @Test(arguments: [
        // Whoever chooses a value must not be able to add a header or a request.
        (
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("A", "b\r\nC: d")]),
            "GET http://127.0.0.1:1/: the value of header \"A\" has a control character"
        ),
        (
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("A\nB", "c")]),
            "GET http://127.0.0.1:1/: \"A?B\" is not a header's name"
        ),
        (
            HTTPRequest(url: "http://127.0.0.1:1/", headers: [("", "c")]),
            "GET http://127.0.0.1:1/: \"\" is not a header's name"
        ),
        (
            HTTPRequest(method: "GET / HTTP/1.1\r\n", url: "http://127.0.0.1:1/"),
            "? http://127.0.0.1:1/: \"GET / HTTP/1.1??\" is not a method, expected for example \"GET\""
        ),
        (HTTPRequest(url: "file:///etc/passwd"), "GET file:///etc/passwd: expected an http or https URL"),
        (HTTPRequest(url: "ftp://a/"), "GET ftp://a/: expected an http or https URL"),
        (HTTPRequest(url: "127.0.0.1:1"), "GET 127.0.0.1:1: expected an http or https URL"),
        (HTTPRequest(url: "http://a b/"), "GET http://a b/: not a URL: a space or NUL in it"),
        (HTTPRequest(url: "http://a/\u{0}b"), "GET http://a/?b: not a URL: a space or NUL in it"),
        (
            HTTPRequest(url: "http://a:99999/?k=s"),
            "GET http://a:99999/: not a URL: port number was not a decimal number between 0 and 65535"
        ),
    ])
    func refusesWhatIsNotARequest(request: HTTPRequest, message: String) async {
        #expect(await problem(request) == Problem(.invalid, message))
    }

    // MARK: what comes back

    @Test func headersKeepTheirOrderAndCompareWithoutCase() async throws {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.answer("x", headers: "Set-Cookie: a\r\nX:   padded \t\r\nset-cookie: b\r\nEmpty:\r\n")
        }
        let headers = try await client.send(HTTPRequest(url: server.url)).headers
        #expect(headers.all("SET-COOKIE") == ["a", "b"])
        #expect(headers["x"] == "padded")
        #expect(headers["empty"] == "")
        #expect(headers.fields.map(\.name) == ["Set-Cookie", "X", "set-cookie", "Empty", "Content-Length"])
    }

    @Test func connectionsAreReused() async throws {
        let server = ScriptedServer.echo()
        for _ in 0..<20 { _ = try await client.send(HTTPRequest(url: server.url)) }
        #expect(server.connections == 1)
    }

    @Test func requestsRunSideBySide() async throws {
        let othersAreDone = Atomic(false)
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                while request.contains("/slow"), !othersAreDone.load(ordering: .acquiring) { usleep(1000) }
                peer.answer("x")
            }
        }
        async let slow = client.send(HTTPRequest(url: server.url + "/slow", timeout: nil)).text
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask { [client] in _ = try await client.send(HTTPRequest(url: server.url)) }
            }
            try await group.waitForAll()
        }
        othersAreDone.store(true, ordering: .releasing)
        #expect(try await slow == "x")
    }

    @Test func anAnswerOverTheLimitIsRefused() async {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write(String(repeating: "x", count: 10_000)) {}
        }
        var request = HTTPRequest(url: server.url + "/big?token=secret")
        request.maximumResponseBytes = 64 << 10
        let expected = Problem(.limit, "GET \(server.url)/big: the answer has more than 64 KiB")
        #expect(await problem(request) == expected)
    }

    @Test func anAnswerOfExactlyTheLimitIsFine() async throws {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.answer(String(repeating: "x", count: 1000))
        }
        var request = HTTPRequest(url: server.url)
        request.maximumResponseBytes = 1000
        #expect(try await client.send(request).body.count == 1000)
    }

    @Test(arguments: ["X-\(String(repeating: "a", count: 1000)): b\r\n", "A: b\r\n"])
    func anEndlessHeadIsRefused(line: String) async {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\n")
            while peer.write(line) {}
        }
        let limit = "the head of the answer has more than 256 headers or 64 KiB"
        #expect(await problem(HTTPRequest(url: server.url)) == Problem(.limit, "GET \(server.url): \(limit)"))
    }

    // MARK: what goes wrong

    @Test func nothingListens() async {
        let found = await problem(HTTPRequest(url: "http://user:secret@127.0.0.1:1/x?token=secret"))
        #expect(found == Problem(.unreachable, "GET http://127.0.0.1:1/x: connection refused"))
    }

    @Test func aSecretPathIsNotShown() async {
        var request = HTTPRequest(method: "POST", url: "http://127.0.0.1:1/api/webhooks/1/secret")
        request.hidesPath = true
        #expect(await problem(request) == Problem(.unreachable, "POST http://127.0.0.1:1/…: connection refused"))
    }

    @Test func noSuchUnixSocket() async {
        let found = await problem(HTTPRequest(url: "http://docker/info", unixSocket: "/nowhere/docker.sock"))
        let text = "GET http://docker/info over /nowhere/docker.sock: no such file or directory"
        #expect(found == Problem(.unreachable, text))
    }

    @Test func aNameThatDoesNotResolve() async {
        let found = await problem(HTTPRequest(url: "http://nowhere.invalid/"))
        #expect(found == Problem(.unreachable, "GET http://nowhere.invalid/: the name cannot be resolved"))
    }

    @Test func noAnswerInTime() async {
        let server = ScriptedServer { $0.waitForEnd() }
        let found = await problem(HTTPRequest(url: server.url, timeout: .milliseconds(300)))
        #expect(found == Problem(.timeout, "GET \(server.url): no complete answer within 300 ms"))
    }

    @Test func anAnswerThatTricklesIsCutAtTheSameTime() async {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write("x") { usleep(50_000) }
        }
        let found = await problem(HTTPRequest(url: server.url, timeout: .seconds(1)))
        #expect(found == Problem(.timeout, "GET \(server.url): no complete answer within 1 s"))
    }

    @Test func aSilenceThatIsTooLong() async {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\n\r\nfirst")
            peer.waitForEnd()
        }
        var request = HTTPRequest(url: server.url, timeout: .seconds(60))
        request.silence = .seconds(1)
        #expect(await problem(request) == Problem(.timeout, "GET \(server.url): nothing came for 1 s"))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"])
    func aConnectionThatEndsTooEarly(start: String) async {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write(start)
        }
        let text = "GET \(server.url): the connection ended before the answer was complete"
        #expect(await problem(HTTPRequest(url: server.url)) == Problem(.failed, text))
    }

    @Test func somethingElseThanHTTP() async {
        let server = ScriptedServer { peer in
            peer.write("220 mail.example ESMTP\r\n")
            peer.waitForEnd()
        }
        let found = await problem(HTTPRequest(url: server.url))
        #expect(found == Problem(.failed, "GET \(server.url): the answer is not HTTP"))
    }

    @Test func cancellingTheTaskEndsTheTransfer() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { peer in
            _ = peer.request()
            start.yield()
            peer.waitForEnd()
            end.yield()
        }
        let task = Task { await problem(HTTPRequest(url: server.url + "/x", timeout: nil)) }
        for await _ in starts { break }
        task.cancel()
        #expect(await task.value == Problem(.interrupted, "GET \(server.url)/x: cancelled"))
        for await _ in ends { break }
    }

    @Test func aTaskThatIsCancelledBeforehandDoesNotHang() async {
        let server = ScriptedServer { $0.waitForEnd() }
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await problem(HTTPRequest(url: server.url, timeout: nil))
        }
        task.cancel()
        #expect(await task.value?.code == .interrupted)
    }

    @Test func shutdownEndsWhatRunsAndRefusesTheRest() async {
        let client = HTTPClient()
        let (starts, start) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { peer in
            start.yield()
            peer.waitForEnd()
        }
        let request = HTTPRequest(url: server.url, timeout: nil)
        let task = Task { try await client.send(request) }
        for await _ in starts { break }
        client.shutdown()
        let expected = Problem(.interrupted, "GET \(server.url): the HTTP client is being stopped")
        await #expect(throws: expected) { try await task.value }
        await #expect(throws: expected) { try await client.send(request) }
    }

    // MARK: streams

    @Test func aStreamHandsTheBodyOnAsItComes() async throws {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n")
            for word in ["one", "two"] {
                peer.write("3\r\n\(word)\r\n")
                usleep(50_000)
            }
            peer.write("0\r\n\r\n")
        }
        let events = Mutex<[String]>([])
        var request = HTTPRequest(url: server.url, timeout: nil)
        request.maximumResponseBytes = 1
        let response = try await client.stream(
            request,
            onHead: { head in
                events.withLock { $0.append("\(head.status) \(head.headers["x"] ?? "")") }
                return true
            },
            onBody: { bytes in
                events.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                return true
            })
        #expect(events.withLock { $0 } == ["200 y", "one", "two"])
        #expect(response.status == 200 && response.body.isEmpty)
    }

    @Test func aStreamEndsWhenItsReaderHasEnough() async throws {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 200 OK\r\n\r\n")
            while peer.write("line\n") { usleep(1000) }
        }
        let seen = Mutex(0)
        let response = try await client.stream(HTTPRequest(url: server.url, timeout: nil)) { bytes in
            seen.withLock { seen in
                seen += bytes.count
                return seen < 20
            }
        }
        #expect(response.status == 200)
        #expect(seen.withLock { $0 } >= 20)
    }

    @Test func theHeadOfAStreamCanEndIt() async throws {
        let server = ScriptedServer { peer in
            _ = peer.request()
            peer.write("HTTP/1.1 404 Not Found\r\n\r\n")
            peer.waitForEnd()
        }
        let response = try await client.stream(
            HTTPRequest(url: server.url, timeout: nil), onHead: { $0.status == 200 },
            onBody: { _ in
                Issue.record("a body after the head was refused")
                return true
            })
        #expect(response.status == 404)
    }
}
