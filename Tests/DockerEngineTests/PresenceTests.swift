import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// What `status` says of a container between two deploys.
struct PresenceTests {
    private func presence(_ moves: Moves, current: Release? = nil) async throws -> Presence {
        try #require(try await moves.driver.presence(of: moves.service, current: current))
    }

    @Test("One that runs says what its own check says", arguments: TestEngine.versions)
    func running(version: String) async throws {
        let plain = try await Moves(version)
        #expect(try await presence(plain) == Presence(.running))
        for (health, expected) in [
            (TestImage.Health.healthy, ServiceReport.Health.healthy),
            (.unhealthy, .unhealthy(reason: "broken")), (.slow(seconds: 60), .starting),
        ] {
            let checked = try await Moves(version, .idle.with { $0.health = health })
            var seen = try await presence(checked)
            for _ in 0..<100 where seen.health != expected {
                try await Task.sleep(for: .milliseconds(100))
                seen = try await presence(checked)
            }
            #expect(seen == Presence(.running, health: expected))
            try await checked.remove()
        }
        try await plain.remove()
    }

    @Test("One that is down says since when and with which code, also after a kill", arguments: TestEngine.versions)
    func down(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.machine.docker("kill", moves.name)
        let seen = try await presence(moves)
        #expect(seen.state == .stopped)
        #expect(seen.reason?.hasPrefix("it exited with code 137 at 20") == true, "\(seen.reason ?? "")")
        #expect(seen.health == .unhealthy(reason: seen.reason ?? ""))
        try await moves.machine.docker("rm", moves.name)
        let gone = try await presence(moves)
        #expect(gone.state == .missing)
        #expect(gone.reason == "the engine has no container \"\(moves.name)\"")
        #expect(gone.health.name == "unhealthy")
        try await moves.remove()
    }

    @Test("One that has done what it was for is stopped, and not ill", arguments: TestEngine.versions)
    func oneShot(version: String) async throws {
        let moves = try await Moves(version, .exiting(0))
        try await moves.machine.docker("wait", moves.name)
        let seen = try await presence(moves)
        #expect(seen.state == .stopped && seen.health == .none)
        #expect(seen.reason?.hasPrefix("it exited with code 0 at 20") == true, "\(seen.reason ?? "")")
        let new = try await Moves(version, starts: false)
        #expect(try await presence(new) == Presence(.stopped, "it was never started"))
        let refused = try await Moves(version, options: ["--user", "ghost"], starts: false)
        _ = await problem { try await refused.machine.docker("start", refused.name) }
        let why = try await presence(refused)
        #expect(why.state == .stopped && why.reason?.contains(": unable to find user ghost") == true, "\(why)")
        for moves in [moves, new, refused] { try await moves.remove() }
    }

    @Test("One that restarts again and again, and one that is paused, do not run", arguments: TestEngine.versions)
    func standstill(version: String) async throws {
        let loop = try await Moves(version, .exiting(3), options: ["--restart", "always"])
        #expect(
            await wait {
                let seen = try? await presence(loop)
                return seen?.state == .restarting && seen?.health.reason?.contains("exited with code 3") == true
            })
        let paused = try await Moves(version)
        try await paused.machine.docker("pause", paused.name)
        let seen = try await presence(paused)
        #expect(seen.state == .paused)
        #expect(seen.reason?.contains("docker unpause \(paused.name)") == true)
        for moves in [loop, paused] { try await moves.remove() }
    }

    @Test("One that somebody made anew from another image is not what was deployed", arguments: TestEngine.versions)
    func changed(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(try await presence(moves, current: record.to) == Presence(.running))
        let seen = try await presence(moves, current: record.from)
        #expect(seen.state == .changed)
        #expect(seen.reason?.contains("which was deployed last") == true)
        try await moves.remove()
    }

    @Test("An engine that does not answer leaves it unknown")
    func silent() async throws {
        let machine = try await TestEngine.private("26.1")
        let moves = try await Moves(on: machine, .idle, HealthDefinition(grace: .seconds(1), stable: .seconds(1)))
        try await machine.stop()
        let seen = await problem { _ = try await moves.driver.presence(of: moves.service, current: nil) }
        #expect(seen?.code == .unreachable)
        try await machine.remove()
    }
}
