import DockerEngine
import HTTPClient
import Lifecycle
import Model
import TestKit
import Testing

struct VersionTests {
    @Test(
        "With each engine the newest version is spoken that both know: trap 31",
        arguments: ["20.10": "1.41", "26.1": "1.45"])
    func spoken(version: String, expected: String) async throws {
        let machine = try await TestEngine.shared(version)
        let engine = Engine(EngineAddress(socket: machine.socket), client: client)
        #expect("\(min(try await engine.version().highest, EngineVersion.newest))" == expected)
        #expect(try await engine.get("/info")["ServerVersion"]?.string?.hasPrefix(version) == true)
    }

    @Test("An engine of the future is spoken to in the newest version that this program knows: trap 31")
    func newer() async throws {
        let imitated = ImitatedEngine(speaking: APIVersion(1, 44)...APIVersion(1, 99))
        _ = try await imitated.engine.get("/info")
        #expect(imitated.server.requests.last?.hasPrefix("GET /v1.45/info ") == true)
    }

    @Test("An engine that is too old is refused before anything is asked of it: trap 31")
    func tooOld() async throws {
        let imitated = ImitatedEngine(speaking: APIVersion(1, 12)...APIVersion(1, 39))
        let refusal = await problem { _ = try await imitated.engine.get("/info") }
        #expect(refusal?.code == .unsupported)
        #expect(
            refusal?.message
                == "the engine 1.2.3 speaks the API up to 1.39, expected 1.40 at least (Docker 19.03)")
        #expect(imitated.server.requests.count == 1)
    }

    @Test("An engine that has left all our versions behind is refused: trap 31")
    func tooNew() async throws {
        let imitated = ImitatedEngine(speaking: APIVersion(1, 46)...APIVersion(1, 60))
        let refusal = await problem { _ = try await imitated.engine.get("/info") }
        #expect(refusal?.code == .unsupported)
        #expect(refusal?.message == "the engine 1.2.3 speaks the API from 1.46 on, and this program up to 1.45")
    }

    @Test("DOCKER_API_VERSION is what is spoken", arguments: TestEngine.versions)
    func wanted(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let engine = try Engine(
            environment: ["DOCKER_HOST": machine.host, "DOCKER_API_VERSION": "1.40"], client: client)
        #expect(try await engine.get("/info")["ServerVersion"]?.string?.hasPrefix(version) == true)
        let imitated = ImitatedEngine(
            speaking: APIVersion(1, 12)...APIVersion(1, 41), wanted: APIVersion(1, 40))
        _ = try await imitated.engine.get("/info")
        #expect(imitated.server.requests.last?.hasPrefix("GET /v1.40/info ") == true)
    }

    @Test("DOCKER_API_VERSION beyond what the engine speaks is refused", arguments: TestEngine.versions)
    func beyond(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let engine = try Engine(
            environment: ["DOCKER_HOST": machine.host, "DOCKER_API_VERSION": "1.99"], client: client)
        let refusal = await problem { _ = try await engine.get("/info") }
        #expect(refusal?.code == .unsupported)
        #expect(refusal?.message.hasSuffix(", and not 1.99") == true)
    }

    @Test("An engine that refuses older clients is spoken to above its floor, and never below: trap 31")
    func floor() async throws {
        let machine = try await TestEngine.private(
            "26.1", environment: ["DOCKER_MIN_API_VERSION": "1.44", "DOCKER_API_VERSION": "1.44"])
        let moves = try await Moves(on: machine)
        #expect(try await moves.engine.version().lowest == APIVersion(1, 44))
        let image = try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await moves.container?.imageID == image)
        let old = try Engine(
            environment: ["DOCKER_HOST": machine.host, "DOCKER_API_VERSION": "1.41"], client: client)
        let refusal = await problem { _ = try await old.get("/info") }
        #expect(refusal?.code == .unsupported)
        #expect(
            refusal?.message.hasSuffix(" speaks 1.44 to 1.45, and not 1.41") == true, "\(refusal?.message ?? "")")
        // What anybody would get who did not ask first.
        let request = HTTPRequest(url: "http://engine/v1.41/info", unixSocket: machine.socket)
        #expect(try await client.send(request).status == 400)
        try await machine.remove()
    }

    @Test("DOCKER_API_VERSION that is no version is refused")
    func noVersion() throws {
        #expect(
            throws: Problem(.invalid, "DOCKER_API_VERSION: \"new\" is not a version, expected for example \"1.41\"")
        ) {
            _ = try Engine(environment: ["DOCKER_API_VERSION": "new"], client: client)
        }
    }

    @Test("An engine that was upgraded meanwhile is asked again which version it speaks")
    func upgraded() async throws {
        let machine = try await TestEngine.private("20.10")
        let engine = Engine(EngineAddress(socket: machine.socket), client: client)
        #expect(try await engine.version().highest == APIVersion(1, 41))
        try await machine.stop()
        #expect(await problem { _ = try await engine.get("/info") }?.code == .unreachable)
        try await machine.start(as: "26.1")
        #expect(try await engine.version().highest == APIVersion(1, 45))
        try await machine.remove()
    }
}
