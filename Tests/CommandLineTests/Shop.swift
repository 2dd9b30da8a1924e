import Model
import TestKit
import Testing

/// A home with the service `web`, whose images say in `RELEASE` which they are.
struct Shop: ProgramHome {
    let tree = FileTree()
    let machine: TestEngine
    let name: String

    init(_ version: String) async throws { try await self.init(on: try await TestEngine.shared(version)) }

    init(on machine: TestEngine) async throws {
        self.machine = machine
        name = "shop-" + String(UInt32.random(in: .min ... .max), radix: 36)
        tree.file(
            "grapnel.yaml",
            """
            services:
              web:
                driver: container
                container: { name: \(name), pull: never }
                image: grapnel-test/\(name):latest
                health: { interval: 100ms, stable: 300ms, grace: 20s }
            """)
        try await offer(1)
        try await machine.docker("run", "-d", "--name", name, "grapnel-test/\(name):latest")
    }

    func offer(_ release: Int) async throws {
        let image = TestImage.idle.with { $0.environment = ["RELEASE": "\(release)"] }
        try await machine.build(image, as: "grapnel-test/\(name):latest")
    }

    var environment: [String: String] { ["DOCKER_HOST": machine.host] }

    func withAgent(_ body: (RunningAgent) async throws -> Void) async throws {
        let agent = RunningAgent(program, environment: environment)
        #expect(await agent.waitUntilReady(), "\(agent.log)")
        try await body(agent)
        await agent.stop()
    }

    /// What the hooks have said in the newest deploy.
    func said() async throws -> [String] {
        let id = try await history().first?["id"]?.string ?? ""
        let text = tree.read("state/logs/\(id).log") ?? ""
        return text.split(separator: "\n").compactMap { line in
            line.range(after: "web.lua: ").map(String.init)
        }
    }

    /// Of the container that has the service's name.
    func release() async throws -> String { try await machine.docker("exec", name, "sh", "-c", "echo $RELEASE") }

    func remove() async throws { try await machine.docker("rm", "-f", "-v", name) }
}

extension Substring {
    fileprivate func range(after mark: String) -> Substring? {
        var rest = self
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
