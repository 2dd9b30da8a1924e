import DockerEngine
import HTTPClient
import Model
import TestKit
import Testing

/// The images that the other tests deploy behave as they say.
struct TestImageTests {
    private let version = TestEngine.versions[0]

    /// A container of the image; its name.
    private func run(_ image: TestImage, _ name: String) async throws -> TestEngine {
        let machine = try await TestEngine.shared(version)
        try await machine.build(image, as: name)
        try await machine.docker("run", "--detach", "--name", name, name)
        return machine
    }

    private func state(_ name: String, _ key: String) async throws -> JSON? {
        try await engine(version).get("/containers/\(name)/json")["State"]?[key]
    }

    @Test("One of the web answers with its text, on its port")
    func web() async throws {
        let machine = try await run(.web("it's $HOME".filter { $0 != "'" }), "kit-web")
        let address = try await machine.docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "kit-web")
        var text: String?
        await wait {
            text = try? await client.send(HTTPRequest(url: "http://\(address):8080/")).text
            return text != nil
        }
        #expect(text == "its $HOME")
        try await machine.docker("rm", "--force", "kit-web")
    }

    @Test("One that exits does so with its code")
    func exiting() async throws {
        let machine = try await run(.exiting(7, after: 1), "kit-exiting")
        #expect(await wait { (try? await state("kit-exiting", "Running")) == false })
        #expect(try await state("kit-exiting", "ExitCode") == 7)
        try await machine.docker("rm", "kit-exiting")
    }

    @Test("Healthy, unhealthy, late and never: each one's health check says what it is called")
    func health() async throws {
        let expected: [(TestImage.Health, String)] = [
            (.healthy, "healthy"), (.unhealthy, "unhealthy"), (.slow(seconds: 1), "healthy"), (.starting, "starting"),
        ]
        for (index, (health, status)) in expected.enumerated() {
            let name = "kit-health-\(index)"
            let machine = try await run(.idle.with { $0.health = health }, name)
            #expect(await wait { (try? await state(name, "Health"))??["Status"]?.string == status })
            try await machine.docker("rm", "--force", name)
        }
    }

    @Test("Killed and obedient ones stop when they are asked to; a stubborn one is ended by force")
    func stopping() async throws {
        let expected: [(TestImage.Stopping, JSON)] = [(.killed, 137), (.obedient, 0), (.stubborn, 137)]
        for (index, (stopping, code)) in expected.enumerated() {
            let name = "kit-stop-\(index)"
            let image = TestImage("while :; do sleep 0.1; done").with { $0.stopping = stopping }
            let machine = try await run(image, name)
            // Time for the shell to come to its trap.
            try await machine.docker("exec", name, "sleep", "0.3")
            let patience = index == 2 ? "1" : "60"
            try await machine.docker("stop", "--time", patience, name)
            #expect(try await state(name, "ExitCode") == code)
            try await machine.docker("rm", name)
        }
    }
}
