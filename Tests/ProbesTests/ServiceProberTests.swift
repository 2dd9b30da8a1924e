import Glibc
import HTTPClient
import HTTPServer
import Lifecycle
import Model
import Probes
import TestKit
import Testing

let prober = ServiceProber(
    environment: ["PATH": "/usr/bin:/bin", "HOME": "/agent", "AWS_SECRET_ACCESS_KEY": "hush"], directory: "/",
    client: HTTPClient())

func probe(_ health: HealthDefinition, kind: ServiceKind? = nil) async throws(Problem) -> ProbeFinding? {
    let kind = kind ?? .script(ScriptDefinition(run: ["/bin/true"]))
    let service = Service(name: "web", kind: kind, health: health)
    return try await prober.probe(
        Deploy(
            id: DeployID("0abcde1234"), service: service, trigger: Trigger(.api), wish: Wish(), attempt: 1,
            from: .revision("old"), to: .revision("new")))
}

@Suite struct ServiceProberTests {
    @Test func withoutProbesThereIsNoFinding() async throws {
        #expect(try await probe(HealthDefinition()) == nil)
    }

    @Test func allProbesMustBeContent() async throws {
        let server = ScriptedServer.answering("200 OK")
        let silent = SilentPort()
        var health = HealthDefinition(
            http: .init(url: "http://127.0.0.1:\(server.port)/"), tcp: .init(host: "127.0.0.1", port: server.port),
            exec: .init(["/bin/true"]))
        #expect(try await probe(health) == .healthy)
        health.tcp = .init(host: "127.0.0.1", port: silent.port)
        health.exec = .init(["/bin/false"])
        let reason = "tcp 127.0.0.1:\(silent.port): connection refused; exec /bin/false: exited with code 1"
        #expect(try await probe(health) == .notYet(reason: reason))
    }

    /// Each waits for the other to have begun.
    @Test func theProbesOfARoundRunAtTheSameTime() async throws {
        let files = FileTree()
        let server = try HTTPServer(.tcp(host: "127.0.0.1", port: 0)) { _ in
            files.file("asked")
            while access(files.path("run"), F_OK) != 0 {
                do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
            }
            return .full(status: 200)
        }
        let wait = "touch '\(files.path("run"))'; while [ ! -e '\(files.path("asked"))' ]; do sleep 0.05; done"
        let health = HealthDefinition(
            http: .init(url: "http://127.0.0.1:\(server.port)/"), exec: .init(["sh", "-c", wait]), timeout: .seconds(60)
        )
        #expect(try await probe(health) == .healthy)
    }

    @Test func whenTheAgentStopsNothingIsSaidOfTheService() async throws {
        let silent = ScriptedServer.saying(nil)
        let health = HealthDefinition(
            http: .init(url: "http://127.0.0.1:\(silent.port)/"), exec: .init(["sleep", "600"]), timeout: .seconds(600))
        let probing = Task { try await probe(health) }
        for _ in 0..<1000 where silent.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        probing.cancel()
        await #expect(throws: Problem(.interrupted, "the agent is being stopped")) { try await probing.value }
    }

    @Test func whatVariablesHoldIsInNoComplaint() async throws {
        let silent = SilentPort()
        let http = HealthDefinition.HTTPProbe(
            url: "http://127.0.0.1:\(silent.port)/s3cret", source: "http://127.0.0.1:${PORT}/${TOKEN}")
        let tcp = HealthDefinition.TCPProbe(host: "127.0.0.1", port: silent.port, source: "${HOST}:${PORT}")
        let reason =
            "http http://127.0.0.1:${PORT}/${TOKEN}: connection refused; tcp ${HOST}:${PORT}: connection refused"
        #expect(try await probe(HealthDefinition(http: http, tcp: tcp)) == .notYet(reason: reason))

        var exec = HealthDefinition.ExecProbe(["/bin/false", "s3cret"], source: ["${PROGRAM}", "${TOKEN}"])
        #expect(try await probe(HealthDefinition(exec: exec)) == .notYet(reason: "exec ${PROGRAM}: exited with code 1"))
        exec = HealthDefinition.ExecProbe(["/nowhere/s3cret"], source: ["/nowhere/${TOKEN}"])
        let problem = Problem(
            .notFound, "exec /nowhere/${TOKEN}: could not be started: no such file or directory")
        await #expect(throws: problem) { try await probe(HealthDefinition(exec: exec)) }
    }
}
