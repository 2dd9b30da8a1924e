import Glibc
import Lifecycle
import Model
import TestKit
import Testing

@Suite struct TCPProbeTests {
    private func health(_ host: String, _ port: UInt16, timeout: Duration = .seconds(5)) -> HealthDefinition {
        HealthDefinition(tcp: .init(host: host, port: port), timeout: timeout)
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func aPortThatAcceptsIsHealthy(host: String) async throws {
        // "localhost" may be ::1 first, where nobody is.
        let server = ScriptedServer.saying(nil)
        #expect(try await probe(health(host, server.port)) == .healthy)
    }

    @Test func aPortThatRefusesIsNotHealthy() async throws {
        let silent = SilentPort()
        let reason = "tcp 127.0.0.1:\(silent.port): connection refused"
        #expect(try await probe(health("127.0.0.1", silent.port)) == .notYet(reason: reason))
        let sixth = try await probe(health("::1", silent.port))
        guard case .notYet(let text) = sixth else {
            Issue.record("\(sixth as Any)")
            return
        }
        #expect(text.hasPrefix("tcp [::1]:\(silent.port): "))
    }

    @Test func aNameThatIsUnknownIsNotHealthy() async throws {
        let reason = "tcp no-such-host.invalid:80: the name cannot be resolved"
        #expect(try await probe(health("no-such-host.invalid", 80, timeout: .seconds(60))) == .notYet(reason: reason))
    }

    /// A full backlog is the one way to be silent on loopback: the kernel drops what comes then.
    @Test func whoDoesNotAnswerIsNotHealthy() async throws {
        let full = FullServer()
        let reason = "tcp 127.0.0.1:\(full.port): no connection within 300ms"
        let finding = try await probe(health("127.0.0.1", full.port, timeout: .milliseconds(300)))
        #expect(finding == .notYet(reason: reason))
    }
}

/// Listens, accepts nobody, and has no room for one more.
private final class FullServer {
    let port: UInt16
    private var descriptors: [Int32] = []

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptors.append(listener)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var clients: [Int32] = []
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                getsockname(listener, $0, &size)
                listen(listener, 0)
                let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
                for _ in 0..<8 {
                    let client = socket(AF_INET, type, 0)
                    connect(client, $0, size)
                    clients.append(client)
                }
            }
        }
        descriptors += clients
        port = UInt16(bigEndian: address.sin_port)
        usleep(100_000)
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
