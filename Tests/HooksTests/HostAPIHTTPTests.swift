import HTTPServer
import LuaRuntime
import Model
import Testing

@Suite("agent.http")
struct HostAPIHTTPTests {
    /// Answers with what it was asked.
    private func server() throws -> HTTPServer {
        try HTTPServer(.tcp(host: "127.0.0.1", port: 0)) { request in
            switch request.path {
            case "/slow":
                try? await Task.sleep(for: .seconds(20))
                return .full(status: 200)
            case "/elsewhere": return .full(status: 302, headers: [("Location", "/")])
            case "/big": return .full(status: 200, body: [UInt8](repeating: 65, count: (4 << 20) + 1))
            default:
                let text =
                    "\(request.method) [\(String(decoding: request.body, as: UTF8.self))]"
                    + " [\(request.headers["X-One"] ?? "")] [\(request.headers["Content-Type"] ?? "")]"
                return .full(status: 200, headers: [("X-Two", "a"), ("X-Two", "b")], body: Array(text.utf8))
            }
        }
    }

    @Test("requests carry what they were given, and answers come back")
    func requests() async throws {
        let server = try server()
        let url = "http://127.0.0.1:\(server.port)"
        let bench = HostAPIBench()
        #expect(
            try await bench.value(
                """
                local r = agent.http.get("\(url)/", { headers = { ["X-One"] = "1" }, timeout = "20s" })
                return r.status .. " " .. r.headers["x-two"] .. " " .. r.body
                """) == "200 a, b GET [] [1] []")
        #expect(
            try await bench.value("return agent.http.post('\(url)/', 'text').body")
                == "POST [text] [] []")
        #expect(
            try await bench.value("return agent.http.post('\(url)/', nil, { json = { a = 1 } }).body")
                == #"POST [{"a":1}] [] [application/json]"#)
        #expect(
            try await bench.value(
                """
                return agent.http.request({
                  method = "PUT", url = "\(url)/", body = "<a/>", headers = { ["content-type"] = "text/xml" }
                }).body
                """) == "PUT [<a/>] [] [text/xml]")
        #expect(try await bench.value("return agent.http.get('\(url)/elsewhere').status") == 302)
        #expect(try await bench.value("return agent.http.get('\(url)/elsewhere', { follow = 1 }).status") == 200)
    }

    @Test("no answer is no error")
    func noAnswer() async throws {
        let gone: UInt16
        do {
            let server = try server()
            gone = server.port
            await server.stop(grace: .zero)
        }
        let bench = HostAPIBench()
        #expect(
            try await bench.value(
                "local r = agent.http.get('http://127.0.0.1:\(gone)/x') return r.status .. ' ' .. r.error")
                == "0 GET http://127.0.0.1:\(gone)/x: connection refused")
        let server = try server()
        #expect(
            try await bench.value(
                "return agent.http.get('http://127.0.0.1:\(server.port)/slow', { timeout = '200ms' }).error")
                == "GET http://127.0.0.1:\(server.port)/slow: no complete answer within 200 ms")
        #expect(
            try await bench.value("return agent.http.get('http://127.0.0.1:\(server.port)/big').status") == 0)
    }

    @Test("the time of the hook bounds a request, and the hook fails")
    func hookTime() async throws {
        let server = try server()
        var bench = HostAPIBench()
        bench.limits.timeout = .milliseconds(500)
        let start = ContinuousClock.now
        let message = await bench.message(
            "while true do agent.http.get('http://127.0.0.1:\(server.port)/slow', { timeout = '1m' }) end")
        #expect(message != nil)
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test("where passwords are in URLs, problems do not show them")
    func hiddenPath() async throws {
        var bench = HostAPIBench()
        bench.point = .notify
        let server = try server()
        let port = server.port
        await server.stop(grace: .zero)
        #expect(
            try await bench.value("return agent.http.get('http://127.0.0.1:\(port)/secret').error")
                == "GET http://127.0.0.1:\(port)/…: connection refused")
    }

    static let mistakes = [
        (
            "agent.http.get('http://169.254.169.254/latest')",
            "agent.http.get: 169.254.169.254 is a link-local address, which hooks may not reach"
        ),
        ("agent.http.get('ftp://x/')", "agent.http.get: GET ftp://x/: expected an http or https URL"),
        ("agent.http.get()", "agent.http.get: argument 1 (url) is nil, expected a string"),
        (
            "agent.http.get('http://x/', { timout = '1s' })",
            "agent.http.get: \"timout\" is not one of its options, did you mean \"timeout\"?"
        ),
        (
            "agent.http.get('http://x/', { timeout = 5 })",
            "agent.http.get: timeout: is 5, expected a duration such as \"30s\""
        ),
        (
            "agent.http.get('http://x/', { follow = 21 })",
            "agent.http.get: follow: is 21, expected how many redirects, up to 20"
        ),
        (
            "agent.http.get('http://x/', { headers = { A = {} } })",
            "agent.http.get: headers.A: is a table, expected a string"
        ),
        (
            "agent.http.get('http://x/', { headers = { A = 'x\\ny' } })",
            "agent.http.get: GET http://x/: the value of header \"A\" has a control character"
        ),
        ("agent.http.request({ method = 'GET' })", "agent.http.request: url: is nil, expected a URL"),
        (
            "agent.http.post('http://x/', 'a', { json = {} })",
            "agent.http.post: json: there is a body already"
        ),
    ]

    @Test("a request that can never work is an error", arguments: mistakes)
    func mistake(body: String, message: String) async {
        let found = await HostAPIBench().message(body)
        #expect(found == "test.lua:1: " + message)
    }
}
