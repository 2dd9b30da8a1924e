import DockerEngine
import Model
import TestKit
import Testing

/// Images on an engine, by each way in which engines keep them.
struct ImageTests {
    @Test("An image tells its id, its names, its defaults and its platform", arguments: TestEngine.stores)
    func inspect(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let image = TestImage.idle.with {
            $0.environment = ["COLOUR": "green $HOME"]
            $0.labels = ["org.example.kind": "a \"test\""]
            $0.volumes = ["/data"]
            $0.user = "nobody"
        }
        try await machine.build(image, as: "inspected:1")
        let found = try #require(try await engine(version).image(ImageReference("inspected:1")))
        #expect(try await machine.docker("inspect", "--format", "{{.Id}}", "inspected:1") == "\(found.id)")
        #expect(found.tags.map(\.familiar) == ["inspected:1"])
        #expect(found.configuration["Env"]?.array?.contains("COLOUR=green $HOME") == true)
        #expect(found.configuration["Labels"]?["org.example.kind"] == "a \"test\"")
        #expect(found.configuration["User"] == "nobody")
        #expect(found.configuration["Volumes"]?["/data"] != nil)
        #expect(found.platform.hasPrefix("linux/"))
        #expect(found.created?.hasPrefix("20") == true)
        #expect(try await engine(version).image(id: found.id) == found)
    }

    @Test("An image that is not there is nil, by tag and by digest", arguments: TestEngine.stores)
    func absent(version: String) async throws {
        let engine = try await engine(version)
        #expect(try await engine.image(ImageReference("nobody/nothing:1")) == nil)
        let digest = try Digest("sha256:" + String(repeating: "a", count: 64))
        #expect(try await engine.image(ImageReference("nobody/nothing").pinned(to: digest)) == nil)
        #expect(try await engine.image(id: digest) == nil)
    }

    @Test("A reference without a tag means latest", arguments: TestEngine.versions)
    func latest(version: String) async throws {
        let id = try await TestEngine.shared(version).build(.idle, as: "untold:latest")
        #expect(try await engine(version).image(ImageReference("untold"))?.id.description == id)
    }

    @Test("A tag is given, moved and taken away, and the image goes with its last one", arguments: TestEngine.stores)
    func tags(version: String) async throws {
        let engine = try await engine(version)
        let machine = try await TestEngine.shared(version)
        // Nobody else's image has the same content, and so the same id.
        let own = TestImage.exiting(0).with { $0.labels = ["tagged": version] }
        try await machine.build(own, as: "tagged:1")
        let other = TestImage.exiting(0).with { $0.labels = ["other": version] }
        try await machine.build(other, as: "tagged:other")
        let image = try #require(try await engine.image(ImageReference("tagged:1")))
        try await engine.tag(image.id, as: ImageReference("tagged:2"))
        #expect(Set(try await engine.image(id: image.id)?.tags.map(\.familiar) ?? []) == ["tagged:1", "tagged:2"])
        let moved = try #require(try await engine.image(ImageReference("tagged:other")))
        try await engine.tag(moved.id, as: ImageReference("tagged:2"))
        #expect(try await engine.image(ImageReference("tagged:2"))?.id == moved.id)

        #expect(try await !engine.removeTag(ImageReference("tagged:2")))
        #expect(try await engine.removeTag(ImageReference("tagged:other")))
        #expect(try await engine.image(id: moved.id) == nil)
        #expect(try await !engine.removeTag(ImageReference("tagged:other")))
    }

    @Test("An image that a container was made from is in use, and its last tag stays", arguments: TestEngine.stores)
    func inUse(version: String) async throws {
        let engine = try await engine(version)
        let machine = try await TestEngine.shared(version)
        let used = TestImage.idle.with { $0.labels = ["used": version] }
        try await machine.build(used, as: "used:1")
        let image = try #require(try await engine.image(ImageReference("used:1")))
        // One built upon it uses it no more than a stranger.
        let above = FileTree()
        above.file("Dockerfile", "FROM used:1\nLABEL above=1\n")
        try await machine.docker("build", "--quiet", "--tag", "used:above", above.path)
        try await machine.docker("create", "--name", "above", "used:above")
        #expect(try await !engine.isInUse(image))
        // Made, and never started.
        try await machine.docker("create", "--name", "user", "used:1")
        #expect(try await engine.containers(using: image) == ["user"])
        #expect(try await engine.isInUse(image))
        try await machine.docker("rm", "above")
        #expect(await problem { try await engine.removeTag(ImageReference("used:1")) }?.code == .conflict)
        #expect(try await engine.image(ImageReference("used:1"))?.id == image.id)
        try await machine.docker("rm", "user")
        #expect(try await !engine.isInUse(image))
    }
}
