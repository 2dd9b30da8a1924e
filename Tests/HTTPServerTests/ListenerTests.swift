import Glibc
import HTTPClient
import HTTPServer
import Model
import TestKit
import Testing

@Suite struct ListenerTests {
    let client = HTTPClient()
    let files = FileTree()

    private func serve(_ listener: Listener, _ text: String = "here") throws(Problem) -> HTTPServer {
        try HTTPServer(listener) { _ in .full(status: 200, body: Array(text.utf8)) }
    }

    private func get(_ path: String) async throws -> String {
        try await client.send(HTTPRequest(url: "http://agent/", unixSocket: path)).text
    }

    // MARK: TCP

    @Test(arguments: ["::1", "[::1]"])
    func listensOnIPv6(host: String) async throws {
        let seen = Shared<ServerRequest.Peer?>(nil)
        let server = try HTTPServer(.tcp(host: host, port: 0)) { request in
            seen.change { $0 = request.peer }
            return .full(status: 204)
        }
        #expect(try await client.send(HTTPRequest(url: "http://[::1]:\(server.port)/")).status == 204)
        guard case .tcp("::1", _) = seen.value else {
            Issue.record("another peer")
            return
        }
    }

    @Test func theIPv6WildcardTakesIPv4AndNamesItAsSuch() async throws {
        let seen = Shared<ServerRequest.Peer?>(nil)
        let server = try HTTPServer(.tcp(host: "::", port: 0)) { request in
            seen.change { $0 = request.peer }
            return .full(status: 204)
        }
        #expect(try await client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/")).status == 204)
        guard case .tcp("127.0.0.1", _) = seen.value else {
            Issue.record("another peer")
            return
        }
    }

    @Test func aPortInUseIsAConflict() throws {
        let server = try serve(.tcp(host: "127.0.0.1", port: 0))
        let text = "127.0.0.1:\(server.port): another program is listening there"
        #expect(throws: Problem(.conflict, text)) { try serve(.tcp(host: "127.0.0.1", port: server.port)) }
    }

    @Test func aPortIsFreeAgainAtOnce() async throws {
        let server = try serve(.tcp(host: "127.0.0.1", port: 0))
        _ = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
        await server.stop(grace: .seconds(10))
        let next = try serve(.tcp(host: "127.0.0.1", port: server.port))
        #expect(next.port == server.port)
    }

    @Test(arguments: [
        ("example", "\"example\" is not an address to listen on, expected for example 127.0.0.1 or ::1"),
        ("", "\"\" is not an address to listen on, expected for example 127.0.0.1 or ::1"),
        ("192.0.2.1", "192.0.2.1:0: this machine does not have that address"),
    ])
    func addressesThatCannotBeListenedOn(host: String, message: String) {
        #expect(throws: Problem(.invalid, message)) { try serve(.tcp(host: host, port: 0)) }
    }

    // MARK: unix sockets

    @Test func theCallerIsKnownByTheKernel() async throws {
        let seen = Shared<ServerRequest.Peer?>(nil)
        let path = files.path("a.sock")
        let server = try HTTPServer(.unix(path: path)) { request in
            seen.change { $0 = request.peer }
            return .full(status: 200, body: Array("here".utf8))
        }
        #expect(server.port == 0)
        #expect(try await get(path) == "here")
        #expect(seen.value == .unix(uid: getuid(), gid: getgid(), pid: getpid()))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        await server.stop(grace: .zero)
        #expect(access(path, F_OK) != 0)
        #expect(files.names() == [])
    }

    @Test func modeAndGroupAreSet() throws {
        let path = files.path("a.sock")
        let server = try serve(.unix(path: path, mode: 0o660, group: getgid()))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o660 && status.st_gid == getgid())
        withExtendedLifetime(server) {}
    }

    @Test func aFileThatAKilledAgentLeftIsReplaced() async throws {
        let path = files.path("a.sock")
        leaveSocket(path)
        let server = try serve(.unix(path: path))
        #expect(try await get(path) == "here")
        withExtendedLifetime(server) {}
    }

    @Test func aLiveAgentIsAConflict() async throws {
        let path = files.path("grapnel.sock")
        let server = try serve(.unix(path: path), "first")
        #expect(throws: Problem(.conflict, "\(path): another agent is listening there")) {
            try serve(.unix(path: path))
        }
        #expect(try await get(path) == "first")
        withExtendedLifetime(server) {}
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() throws {
        let path = files.path("precious")
        close(creat(path, 0o600))
        #expect(throws: Problem(.conflict, "\(path): there is a file that is not a socket")) {
            try serve(.unix(path: path))
        }
        #expect(files.names() == ["precious"])
    }

    @Test func stoppingLeavesAnotherAgentsSocketAlone() async throws {
        let path = files.path("a.sock")
        let first = try serve(.unix(path: path))
        unlink(path)
        let second = try serve(.unix(path: path), "second")
        await first.stop(grace: .zero)
        #expect(try await get(path) == "second")
        withExtendedLifetime(second) {}
    }

    @Test func aDirectoryThatIsMissingIsNamed() {
        let path = files.path("nowhere/a.sock")
        #expect(throws: Problem(.failed, "\(path): no such file or directory")) { try serve(.unix(path: path)) }
    }

    @Test func aPathThatIsTooLongIsRefused() {
        let path = files.path(String(repeating: "a", count: 100))
        #expect(throws: Problem(.invalid, "\(path): the path of a socket may have at most 107 bytes")) {
            try serve(.unix(path: path))
        }
    }

    private func leaveSocket(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(descriptor)
    }
}
