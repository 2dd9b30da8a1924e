import DockerEngine
import Model
import TestKit
import Testing

/// What is printed of containers on real engines.
struct AdoptionTests {
    private func adoption(_ moves: Moves) async throws -> Adoption {
        let container = try #require(try await moves.container)
        return try Adoption(container, image: try await moves.engine.image(id: try Digest(container.imageID)))
    }

    private func lines(_ moves: Moves) async throws -> [String] {
        try await adoption(moves).yaml.split(separator: "\n").map(String.init)
    }

    @Test("A container with a health check that was built here", arguments: TestEngine.versions)
    func healthCheck(version: String) async throws {
        let moves = try await Moves(version, .idle.with { $0.health = .healthy }, options: ["--restart", "always"])
        #expect(
            try await lines(moves) == [
                "# The container \(moves.name), as it was found:", "# - it runs", "# - its restart policy is always",
                "services:", "  \(moves.name):", "    driver: container", "    container:", "      name: \(moves.name)",
                "      pull: never # no registry is known to have the image: it seems to have been built here",
                "    image: \(moves.tag) # the tag latest is followed", "    # Its own health check decides: true",
                "    health: { stable: 10s, grace: 60s }",
            ])
        try await moves.remove()
    }

    @Test("A published port is suggested for a probe", arguments: TestEngine.versions)
    func ports(version: String) async throws {
        let moves = try await Moves(
            version, .web("one"), options: ["-p", "127.0.0.1:0:8080", "-p", "127.0.0.1:0:9/udp"], starts: true)
        let port = try await moves.machine.docker("port", moves.name, "8080/tcp")
        let found = try await lines(moves)
        #expect(found.contains("    # health: { http: \"http://\(port)/\" }"))
        #expect(found.contains("    # health: { tcp: \"\(port)\" }"))
        #expect(found.count { $0.contains("http:") } == 1)
        try await moves.remove()
    }

    @Test("From an image that a registry has, the registry's tag is followed", arguments: TestEngine.versions)
    func pulled(version: String) async throws {
        let registry = try await TestRegistry.shared()
        let name = "adopt-" + Moves.word()
        try await registry.publish(.idle, as: "\(name):2.1")
        let moves = try await Moves(version)
        try await moves.machine.docker("pull", "\(registry.host)/\(name):2.1")
        try await moves.machine.docker("rm", "-f", moves.name)
        try await moves.machine.docker("create", "--name", moves.name, "\(registry.host)/\(name):2.1")
        let found = try await lines(moves)
        #expect(found.contains("    container: \(moves.name)"))
        #expect(found.contains("    image: \"\(registry.host)/\(name):2.1\" # the tag 2.1 is followed"))
        #expect(found.contains("# - it does not run, and is not started: what is stopped stays stopped"))
        try await moves.remove()
    }

    @Test("From an image's id, the tag has to be given", arguments: TestEngine.versions)
    func byID(version: String) async throws {
        let moves = try await Moves(version)
        let id = try #require(try await moves.container?.imageID)
        try await moves.machine.docker("rm", "-f", moves.name)
        try await moves.machine.docker("create", "--name", moves.name, id)
        var found = try await lines(moves)
        #expect(found.contains { $0.hasPrefix("    # It was made from \(id), which names no tag. Its image has ") })
        #expect(found.contains { $0.hasPrefix("    image: ") })
        // Nobody else has this one.
        try await moves.offer(.idle.with { $0.labels = ["unique": moves.name] })
        let other = try await moves.machine.docker("images", "-q", "--no-trunc", moves.tag)
        try await moves.machine.docker("rm", "-f", moves.name)
        try await moves.machine.docker("create", "--name", moves.name, other)
        try await moves.machine.docker("rmi", "-f", moves.tag)
        found = try await lines(moves)
        #expect(found.contains("    # no deploy can work until this line gives one."))
        #expect(found.contains("    # image: REPOSITORY:TAG"))
        #expect(!found.contains { $0.hasPrefix("    image: ") })
        try await moves.remove()
    }

    @Test("What made it is said", arguments: TestEngine.versions)
    func origin(version: String) async throws {
        let moves = try await Moves(
            version,
            options: [
                "--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.service=web", "--label",
                "com.docker.compose.project.config_files=/srv/shop\ninjected: true", "--label", "grapnel.enable=true",
            ])
        let found = try await lines(moves)
        #expect(
            found.contains(
                "# - docker compose has made it (project shop, service web): what is deployed is written into its file, so "
                    + "that the next \"up\" by hand keeps it"))
        let settings = [
            "driver: compose", "compose:", #"  file: "/srv/shop\ninjected: true""#, "  project: shop", "  service: web",
        ]
        #expect(found.contains("  shop-web:"))
        #expect(settings.allSatisfy { found.contains("    \($0)") }, "\(found)")
        #expect(
            found.contains("# - it has the label grapnel.enable: with this in a file, its labels do nothing"))
        try await moves.remove()
    }

    @Test("What could not be moved is refused, with the reason", arguments: TestEngine.versions)
    func refused(version: String) async throws {
        let removed = try await Moves(version, options: ["--rm"])
        let first = await problem { _ = try await adoption(removed) }
        #expect(first?.message.hasPrefix("the container \"\(removed.name)\" was made with --rm: ") == true)
        try await removed.remove()
        let task = try await Moves(
            version,
            options: ["--label", "com.docker.swarm.service.name=shop_api", "--label", "com.docker.swarm.task.id=x"]
        )
        let second = await problem { _ = try await adoption(task) }
        #expect(
            second?.message.hasPrefix("the container \"\(task.name)\" is a task of the Swarm service \"shop_api\": ")
                == true)
        try await task.remove()
    }
}
