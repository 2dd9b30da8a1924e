import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// What a container runs, and how it is asked to end: the owner's choice before the image's.
struct ContainerCommandTests {
    /// Its entry point says by which image it came.
    private func entered(_ release: String) -> TestImage {
        .idle.with {
            $0.entrypoint = ["/bin/env", "VIA=\(release)"]
            $0.labels = ["release": release]
        }
    }

    private func expectDeployed(_ moves: Moves, _ image: TestImage) async throws {
        try await moves.offer(image)
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
    }

    /// Its first process: the words, and whose entry point it came by.
    private func first(_ moves: Moves) async throws -> String {
        try await moves.machine.docker(
            "exec", moves.name, "sh", "-c",
            "tr '\\0' ' ' </proc/1/cmdline; tr '\\0' '\\n' </proc/1/environ | grep VIA; true")
    }

    @Test("A command of the owner's runs by the new image's entry point", arguments: TestEngine.versions)
    func command(version: String) async throws {
        let moves = try await Moves(version, entered("1"), words: ["sleep", "1234"])
        try await expectDeployed(moves, entered("2"))
        #expect(try await first(moves) == "sleep 1234 VIA=2")
        try await moves.remove()
    }

    @Test("An entry point of the owner's stays, with its command or without one", arguments: TestEngine.versions)
    func entrypoint(version: String) async throws {
        let moves = try await Moves(version, entered("1"), options: ["--entrypoint", "/bin/sleep"], words: ["1234"])
        // It waits for what it is to print; by the image's command it would end at once.
        let bare = try await Moves(version, entered("1"), options: ["-i", "--entrypoint", "/bin/cat"])
        for moves in [moves, bare] { try await expectDeployed(moves, entered("2")) }
        #expect(try await first(moves) == "/bin/sleep 1234 ")
        #expect(try await first(bare) == "/bin/cat ")
        try await moves.remove()
        try await bare.remove()
    }

    @Test("An entry point that the owner took away stays away", arguments: TestEngine.versions)
    func noEntrypoint(version: String) async throws {
        let moves = try await Moves(version, entered("1"), options: ["--entrypoint", ""], words: ["sleep", "1234"])
        #expect(try await first(moves) == "sleep 1234 ")
        try await expectDeployed(moves, entered("2"))
        #expect(try await first(moves) == "sleep 1234 ")
        try await moves.remove()
    }

    @Test(
        "An entry point of the owner's that is the image's too goes without its command", arguments: TestEngine.versions
    )
    func sameEntrypoint(version: String) async throws {
        let image = TestImage.idle.with { $0.entrypoint = ["/bin/cat"] }
        let moves = try await Moves(version, image, options: ["-i", "--entrypoint", "/bin/cat"])
        #expect(try await first(moves) == "/bin/cat ")
        try await expectDeployed(moves, image.with { $0.labels = ["release": "2"] })
        #expect(try await first(moves) == "/bin/cat ")
        try await moves.remove()
    }

    @Test("It is asked to end as its owner says, also by the next deploy", arguments: TestEngine.versions)
    func stopSignal(version: String) async throws {
        let image = TestImage("trap 'echo asked; exit 5' USR1; sleep 1d & wait")
        let moves = try await Moves(version, image, options: ["--stop-signal", "SIGUSR1", "--stop-timeout", "100"])
        try await expectDeployed(moves, image.with { $0.labels = ["release": "2"] })
        let id = try #require(try await moves.container?.id)
        try await moves.machine.docker("stop", id)
        #expect(try await moves.container?.exitCode == 5)
        try await moves.remove()
    }

    @Test("Who it runs as, and where, is the new image's matter unless its owner chose", arguments: TestEngine.versions)
    func userAndDirectory(version: String) async throws {
        let image = TestImage.idle.with {
            $0.user = "nobody"
            $0.directory = "/one"
        }
        let moves = try await Moves(version, image)
        let own = try await Moves(version, image, options: ["--user", "12:34", "--workdir", "/own"])
        let next = image.with {
            $0.user = "56:78"
            $0.directory = "/two"
        }
        for moves in [moves, own] { try await expectDeployed(moves, next) }
        func found(_ moves: Moves) async throws -> String {
            try await moves.machine.docker("exec", moves.name, "sh", "-c", "echo $(id -u):$(id -g) $(pwd)")
        }
        #expect(try await found(moves) == "56:78 /two")
        #expect(try await found(own) == "12:34 /own")
        try await moves.remove()
        try await own.remove()
    }
}
