import Model
import Processes
import TestKit
import Testing

/// What people read of a container when something happened to it between two deploys.
struct ContainerStatusTests {
    private func shown(_ shop: Shop) async throws -> String {
        let result = try await shop.program.run("status", environment: ["DOCKER_HOST": ""])
        #expect(result.exitCode == 0, "\(result.errorsText)")
        return result.outputText
    }

    @Test("A status tells what is there, and not what was deployed once", arguments: TestEngine.versions)
    func truth(version: String) async throws {
        let shop = try await Shop(version)
        try await shop.withAgent { _ in
            try await shop.offer(2)
            #expect(try await shop.program.run("deploy", "web").exitCode == 0)
            #expect(try await shop.status()["state"] == "deployed")
            #expect(try await shop.status()["health"] == "none")

            try await shop.machine.docker("kill", shop.name)
            let down = try await shown(shop)
            #expect(down.contains("stopped") && down.contains("unhealthy"), "\(down)")
            #expect(down.contains("it exited with code 137 at "), "\(down)")
            #expect(down.hasSuffix("next: docker logs --tail 50 \(shop.name)\n"), "\(down)")

            // By hand, from the release before.
            try await shop.machine.docker("rm", shop.name)
            let missing = try await shown(shop)
            #expect(missing.contains("missing") && missing.contains("the engine has no container"), "\(missing)")
            try await shop.offer(3)
            try await shop.machine.docker("run", "-d", "--name", shop.name, "grapnel-test/\(shop.name):latest")
            let changed = try await shown(shop)
            #expect(changed.contains("changed") && changed.contains("which was deployed last"), "\(changed)")
        }
        try await shop.remove()
    }

    @Test("An engine that went away leaves the state unknown, and the doctor is next")
    func silent() async throws {
        let machine = try await TestEngine.private("26.1")
        let shop = try await Shop(on: machine)
        try await shop.withAgent { _ in
            try await shop.offer(2)
            #expect(try await shop.program.run("deploy", "web").exitCode == 0)
            try await machine.stop()
            let service = try await shop.status()
            #expect(service["state"] == "unknown" && service["health"] == "unknown")
            let text = try await shown(shop)
            #expect(text.contains("does not answer"), "\(text)")
            #expect(text.contains("next: grapnel doctor"), "\(text)")
        }
        try await machine.remove()
    }
}
