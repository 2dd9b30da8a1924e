import Daemon
import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

struct EngineImagesTests {
    @Test("A release that is here needs neither registry nor credentials", arguments: TestEngine.versions)
    func here(version: String) async throws {
        let registry = try await TestRegistry.start()
        let digest = try await registry.publish(.web("kept"), as: "kept:1")
        let reference = try ImageReference("\(registry.host)/kept:1")
        let engine = try await engine(version)
        let image = try await engine.pull(reference.pinned(to: digest))
        await registry.stop()

        let images = EngineImages(
            engine,
            registries: registries(dockerConfig: "/nowhere/config.json"))
        let service = Service(name: "kept", kind: .container(ContainerDefinition(container: "kept")), image: reference)
        let steps = DeploySteps(phase: .pull, recorded: [], clock: SystemClock(), progress: { _ in }) { _ in }
        let release = Release.image(reference: reference.familiar, digest: digest.description)
        #expect(try await images.fetch(release, for: service, steps) == image.id.description)

        let gone = Release.image(reference: reference.familiar, digest: "sha256:" + String(repeating: "e", count: 64))
        let refusal = await problem { _ = try await images.fetch(gone, for: service, steps) }
        #expect(refusal?.message == "/nowhere/config.json: no such file or directory")
    }
}
