import DockerEngine
import HTTPClient
import Model
import TestKit
import Testing

/// What the other tests stand on.
struct TestEngineTests {
    @Test("An engine of each version starts, and says which one it is", arguments: TestEngine.versions)
    func start(version: String) async throws {
        let engine = Engine(EngineAddress(socket: try await TestEngine.shared(version).socket), client: HTTPClient())
        #expect(try await engine.version().name.hasPrefix(version + "."))
        #expect(try await engine.get("/info")["ServerVersion"]?.string?.hasPrefix(version) == true)
    }

    @Test("A private engine can be stopped, killed and started again", arguments: TestEngine.versions)
    func restart(version: String) async throws {
        let machine = try await TestEngine.private(version)
        let engine = Engine(EngineAddress(socket: machine.socket), client: HTTPClient())
        let name = try await engine.get("/info")["ID"]
        for end in [machine.stop, machine.kill] {
            try await end()
            await #expect(throws: Problem.self) { try await engine.get("/info") }
            try await machine.start()
            #expect(try await engine.get("/info")["ID"] == name)
        }
        try await machine.remove()
        #expect(FileTree.exists(machine.directory) == false)
    }
}
