import Model
import Processes
import TestKit
import Testing

/// `grapnel run` as the first process of a container, as many run such agents: with the engine's socket in it.
struct AgentInContainerTests {
    /// The program's own directories, and those of what it is linked with, at their places.
    private var libraries: [String] {
        let program = Program.path.prefix(upTo: Program.path.lastIndex(of: "/") ?? Program.path.startIndex)
        let swift = FileTree(at: "/proc/self", isKept: true).read("maps")?.split(separator: "\n")
            .compactMap { $0.split(separator: " ").last }.first { $0.hasSuffix("/libswiftCore.so") }
        let directories = ["/usr", "/lib", "/lib64", "\(program)"] + (swift.map { ["\($0.dropLast(16))"] } ?? [])
        return directories.flatMap { ["-v", "\($0):\($0):ro"] }
    }

    @Test("It moves others, and refuses to move its own container: trap 29", arguments: TestEngine.versions)
    func own(version: String) async throws {
        let shop = try await Shop(version)
        let own = shop.name + "-agent"
        try await shop.machine.docker("tag", "grapnel-test/\(shop.name):latest", "grapnel-test/\(own):latest")
        shop.tree.file(
            "grapnel.yaml",
            (shop.tree.read("grapnel.yaml") ?? "") + """

                  agent:
                    driver: container
                    container: { name: \(own), pull: never }
                    image: grapnel-test/\(own):latest
                """)
        try await shop.machine.docker(
            ["run", "-d", "--name", own, "--entrypoint", Program.path, "-v", "\(shop.home):\(shop.home)"] + libraries
                + ["-v", "\(shop.machine.socket):/var/run/docker.sock", "grapnel-test/\(own):latest"]
                + ["run", "--home", shop.home])
        func agent() async throws -> String {
            try await shop.machine.docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", own)
        }
        let before = try await agent()
        let isReady = await wait { (try? await shop.program.run("status"))?.exitCode == 0 }
        let log = try await shop.machine.docker("logs", own)
        try #require(isReady, "\(log)")

        try await shop.offer(2)
        let other = try await shop.program.run("deploy", "web")
        #expect(other.exitCode == 0, "\(other.errorsText)")
        #expect(try await shop.release() == "2")

        try await shop.machine.docker("tag", "grapnel-test/\(shop.name):latest", "grapnel-test/\(own):latest")
        let refused = try await shop.program.run("deploy", "agent")
        #expect(refused.exitCode == 1)
        let text = refused.outputText + refused.errorsText
        #expect(text.contains("is the one that this agent runs in, which cannot stop itself and go on"), "\(text)")
        #expect(try await agent() == before)
        try await shop.machine.docker("rm", "-f", own)
        try await shop.remove()
    }
}
