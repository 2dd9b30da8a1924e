import Glibc
import HTTPClient
import HTTPServer
import Model
import TestKit
import Testing

private let local = Listener.tcp(host: "127.0.0.1", port: 0)

@Suite struct ConcurrencyTests {
    let client = HTTPClient()

    @Test func aHundredRequestsWaitAtOnce() async throws {
        let gate = Gate()
        let server = try HTTPServer(local) { request in
            await gate.pass()
            return .full(status: 200, body: Array(request.path.utf8))
        }
        let url = "http://127.0.0.1:\(server.port)"
        try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask { [client] in
                    let response = try await client.send(HTTPRequest(url: "\(url)/\(number)"))
                    #expect(response.text == "/\(number)")
                }
            }
            await gate.waitForArrivals(100)
            await gate.open()
            try await group.waitForAll()
        }
    }

    @Test func aSlowHandlerDelaysNobodyElse() async throws {
        let gate = Gate()
        let server = try HTTPServer(local) { request in
            if request.path == "/slow" { await gate.pass() }
            return .full(status: 200)
        }
        let url = "http://127.0.0.1:\(server.port)"
        let slow = Task { [client] in try await client.send(HTTPRequest(url: url + "/slow", timeout: nil)).status }
        await gate.waitForArrivals(1)
        for _ in 0..<50 { #expect(try await client.send(HTTPRequest(url: url + "/fast")).status == 200) }
        await gate.open()
        #expect(try await slow.value == 200)
    }

    @Test func clientsThatLeaveWhileTheirHandlerRunsGiveTheirPlacesBack() async throws {
        var limits = ServerLimits()
        limits.maximumConnections = 8
        let handled = Shared(0)
        let server = try HTTPServer(local, limits: limits) { request in
            if request.path == "/slow" { try? await Task.sleep(for: .milliseconds(20)) }
            handled.change { $0 += 1 }
            return .full(status: 200, body: Array("here".utf8))
        }
        let port = server.port
        await onThread {
            for number in 0..<64 {
                let client = RawClient(port: port)
                client.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n\(number % 10)")
                usleep(2000)
            }
        }
        let response = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(port)/"))
        #expect(response.text == "here")
        while handled.value < 65 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func onePeerCannotTakeEveryConnection() async throws {
        var limits = ServerLimits()
        limits.maximumConnectionsPerPeer = 3
        let server = try HTTPServer(local, limits: limits) { _ in .full(status: 200) }
        let port = server.port
        let answers = await onThread {
            let clients = (0..<5).map { _ in RawClient(port: port) }
            return clients.map { client in
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return client.read(until: "\r\n\r\n")
            }
        }
        #expect(answers.filter { $0.hasPrefix("HTTP/1.1 200 OK") }.count == 3)
        #expect(answers.filter(\.isEmpty).count == 2)
    }

    // MARK: deadlines

    @Test(arguments: [
        // A byte at a time is progress for the library: only a deadline of its own ends it.
        "GET / HTTP/1.1\r\nX: ", "G", "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nX: ",
    ])
    func aHeadThatTricklesIsCutOff(start: String) async throws {
        var limits = ServerLimits()
        limits.headDeadline = .seconds(1)
        limits.idle = .seconds(1)
        let server = try HTTPServer(local, limits: limits) { _ in .full(status: 200) }
        let port = server.port
        let waited = await onThread {
            let client = RawClient(port: port)
            let begun = ContinuousClock.now
            client.send(start)
            while client.send("a") { usleep(100_000) }
            return ContinuousClock.now - begun
        }
        #expect(waited > .milliseconds(900))
        #expect(waited < .seconds(20))
    }

    @Test func aBodyThatTricklesIsCutOff() async throws {
        var limits = ServerLimits()
        limits.bodyDeadline = .seconds(1)
        let handled = Shared(false)
        let server = try HTTPServer(local, limits: limits) { _ in
            handled.change { $0 = true }
            return .full(status: 200)
        }
        let port = server.port
        let waited = await onThread {
            let client = RawClient(port: port)
            let start = ContinuousClock.now
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            while client.send("a") { usleep(100_000) }
            return ContinuousClock.now - start
        }
        #expect(waited > .milliseconds(900))
        #expect(waited < .seconds(20))
        #expect(handled.value == false)
    }

    @Test func aSilentConnectionIsClosed() async throws {
        var limits = ServerLimits()
        limits.headDeadline = .seconds(1)
        let server = try HTTPServer(local, limits: limits) { _ in .full(status: 200) }
        #expect(await exchange(server.port, "") == "")
    }

    @Test func deadlinesDoNotRunWhileTheHandlerDoes() async throws {
        var limits = ServerLimits()
        limits.headDeadline = .milliseconds(300)
        limits.bodyDeadline = .milliseconds(300)
        limits.idle = .seconds(1)
        let server = try HTTPServer(local, limits: limits) { _ in
            try? await Task.sleep(for: .milliseconds(1500))
            return .full(status: 200, body: Array("late".utf8))
        }
        let request = HTTPRequest(method: "POST", url: "http://127.0.0.1:\(server.port)/", body: [1])
        #expect(try await client.send(request).text == "late")
    }

    // MARK: the end

    @Test func stoppingWaitsForRequestsInFlight() async throws {
        let gate = Gate()
        let server = try HTTPServer(local) { request in
            if request.path == "/" { await gate.pass() }
            return .full(status: 200, body: Array("finished".utf8))
        }
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        let task = Task { [client] in try await client.send(request) }
        await gate.waitForArrivals(1)
        async let stopped: Void = server.stop(grace: .seconds(60))
        // While it stops it takes nobody new.
        let late = HTTPRequest(url: request.url + "late")
        while (try? await HTTPClient().send(late)) != nil {}
        await gate.open()
        #expect(try await task.value.text == "finished")
        await stopped
        let text = "GET http://127.0.0.1:\(server.port)/: connection refused"
        await #expect(throws: Problem(.unreachable, text)) { try await HTTPClient().send(request) }
    }

    @Test func whatOutlastsTheGraceIsAnsweredForItsHandler() async throws {
        let gate = Gate()
        let server = try HTTPServer(local) { _ in
            await gate.pass()
            return .full(status: 200)
        }
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        let task = Task { [client] in try await client.send(request) }
        await gate.waitForArrivals(1)
        await server.stop(grace: .milliseconds(50))
        let response = try await task.value
        #expect(response.status == 503)
        #expect(response.text == "the server is being stopped\n")
        // The handler's late answer goes nowhere, and harms nothing.
        await gate.open()
        await server.stop(grace: .zero)
    }

    @Test func aServerThatNobodyHoldsEnds() async throws {
        var server: HTTPServer? = try HTTPServer(local) { _ in .full(status: 200) }
        let request = HTTPRequest(url: "http://127.0.0.1:\(server!.port)/")
        #expect(try await client.send(request).status == 200)
        server = nil
        while (try? await client.send(request)) != nil { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func manyServersComeAndGoUnderLoad() async throws {
        for _ in 0..<20 {
            let server = try HTTPServer(local) { _ in .full(status: 200) }
            let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { [client] in while (try? await client.send(request)) != nil {} }
                }
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(20))
                    await server.stop(grace: .milliseconds(1))
                }
            }
        }
    }
}
