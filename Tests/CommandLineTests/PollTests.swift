import Glibc
import Model
import Processes
import TestKit
import Testing

/// The program notices new releases by itself, in a real registry.
struct PollTests {
    @Test(
        "What is pushed is found and deployed, also what was pushed while no agent ran", arguments: TestEngine.versions)
    func found(version: String) async throws {
        let stand = try await PollStand(version, TestRegistry.start(), track: "{ semver: ^1 }")
        try await stand.publish("1.1.0")
        try await stand.withAgent { agent in
            #expect(await wait { (try? await stand.runs()) == "1.1.0" }, "\(agent.log)")
            #expect(await wait { (try? await stand.poll()["finding"]) == "up-to-date" })
            try await stand.publish("2.0.0")
            try await stand.publish("1.2.0-rc.1")
            let digest = try await stand.publish("1.2.0")
            #expect(await wait { (try? await stand.runs()) == "1.2.0" }, "\(agent.log)")
            #expect(await wait { (try? await stand.status()["digest"]?.string) == digest.description })
            let history = try await stand.history()
            #expect(history.map { $0["outcome"]?.string } == ["deployed", "deployed"])
            #expect(history.allSatisfy { $0["trigger"]?.string?.hasPrefix("poll") == true })

            let status = try await stand.program.run("status", "web", environment: ["DOCKER_HOST": ""]).outputText
            #expect(status.contains("\nlooks for new releases: every 1s; the last one at 20"), "\(status)")
            #expect(status.contains("; the next one at 20"), "\(status)")
            let plan = try await stand.program.run("plan", "web")
            #expect(plan.outputText.contains("\n  looks   every 1s; the last one at 20"), "\(plan.outputText)")
            #expect(plan.outputText.contains("\n  age     "), "\(plan.outputText)")
            #expect(plan.outputText.contains("tags    5 seen, the best: 1.2.0"), "\(plan.outputText)")
            #expect(
                plan.outputText.contains("1 outside ^1: 2.0.0")
                    && plan.outputText.contains("1 a pre-release: 1.2.0-rc.1"))
        }
        try await stand.remove()
    }

    @Test(
        "A bad release is rolled back once, and tried again only when the tag goes on: trap 7",
        arguments: TestEngine.versions)
    func blocked(version: String) async throws {
        let stand = try await PollStand(version, TestRegistry.start(), track: "{ tag: latest }")
        try await stand.publish("latest")
        try await stand.withAgent { agent in
            #expect(await wait { (try? await stand.runs()) == "latest" }, "\(agent.log)")
            try await stand.registry.publish(.exiting(3), as: "\(stand.name):latest")
            #expect(
                await wait { (try? await stand.poll()["reason"]?.string?.contains("is blocked: ")) == true },
                "\(agent.log)")
            let outcomes = try await stand.history().map { $0["outcome"]?.string }
            #expect(outcomes == ["rolled-back", "deployed"])
            let looked = try await stand.poll()["looked"]
            #expect(await wait { (try? await stand.poll()["looked"]) != looked })
            #expect(try await stand.history().count == 2)
            #expect(try await stand.runs() == "latest")
            try await stand.registry.publish(
                .idle.with { $0.environment = ["RELEASE": "mended"] }, as: "\(stand.name):latest")
            #expect(await wait { (try? await stand.runs()) == "mended" }, "\(agent.log)")
        }
        try await stand.remove()
    }

    @Test("A registry that is away is told as that, and the service stays: trap 8")
    func silence() async throws {
        let registry = try await TestRegistry.start()
        let stand = try await PollStand("26.1", registry, track: "{ semver: ^1 }")
        try await stand.withAgent { agent in
            #expect(await wait { (try? await stand.poll()["finding"]) == "up-to-date" }, "\(agent.log)")
            await registry.stop()
            #expect(await wait { (try? await stand.poll()["finding"]) == "unknown" })
            let status = try await stand.program.run("status", environment: ["DOCKER_HOST": ""])
            #expect(status.outputText.contains("not known whether there is a new release: "), "\(status.outputText)")
            #expect(status.outputText.contains("cannot be asked"))
            #expect(try await stand.history() == [])
        }
        try await stand.remove()
    }

    @Test("Once is one look without an agent, with a table and a code", arguments: TestEngine.versions)
    func once(version: String) async throws {
        let registry = try await TestRegistry.start()
        let stand = try await PollStand(version, registry, track: "{ semver: ^1 }")
        func once() async throws -> ProcessResult {
            try await stand.program.run("once", environment: stand.environment)
        }
        let idle = try await once()
        #expect(
            idle.ending == .exited(0) && idle.outputText.contains("up-to-date"), "\(idle.outputText)\(idle.errorsText)")
        try await stand.publish("1.1.0")
        let good = try await once()
        #expect(good.ending == .exited(0) && good.outputText.contains("deployed"), "\(good.outputText)")
        #expect(try await stand.runs() == "1.1.0")
        try await stand.registry.publish(.exiting(3), as: "\(stand.name):1.2.0")
        let bad = try await once()
        #expect(bad.ending == .exited(1) && bad.outputText.contains("rolled-back"), "\(bad.outputText)")
        let again = try await once()
        #expect(again.ending == .exited(0) && again.outputText.contains("is blocked: "), "\(again.outputText)")
        await registry.stop()
        let silent = try await once()
        #expect(silent.ending == .exited(1) && silent.outputText.contains("unknown"), "\(silent.outputText)")
        #expect(try await stand.runs() == "1.1.0")
        try await stand.remove()
    }

    @Test("A pause and a window keep a release from being deployed, and do not keep it from being found")
    func kept() async throws {
        // One in which it is not midnight while the test runs.
        let zone = (time(nil) / 3600) % 24 < 12 ? "Etc/GMT-6" : "Etc/GMT+6"
        let stand = try await PollStand(
            "26.1", TestRegistry.start(), track: "{ semver: ^1 }", more: "windows: [\"00:00-00:01 \(zone)\"]")
        try await stand.publish("1.1.0")
        try await stand.withAgent { agent in
            #expect(
                await wait { (try? await stand.status()["note"]?.string?.contains("waits for its window")) == true },
                "\(agent.log)")
            let meanwhile = try await stand.runs()
            #expect(meanwhile == "1.0.0")
            stand.write("{ semver: ^1 }")
            #expect(try await stand.program.run("pause", "web").ending == .exited(0))
            #expect(try await stand.program.run("reload").ending == .exited(0))
            #expect(await wait { (try? await stand.status()["note"]?.string?.contains("pause")) == true })
            #expect(try await stand.runs() == "1.0.0")
            #expect(try await stand.program.run("resume", "web").ending == .exited(0))
            #expect(await wait { (try? await stand.runs()) == "1.1.0" }, "\(agent.log)")
        }
        try await stand.remove()
    }
}
