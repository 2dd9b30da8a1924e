import Glibc
import Model
import Processes
import TestKit
import Testing

/// How `grapnel run` starts, and how it does not.
struct StartTests {
    @Test func `an agent that cannot start does not count as one that was cut off`() async throws {
        let site = Installation()
        site.tree.file(
            "grapnel.yaml",
            Installation.settings.replacing("health: { ", with: "health: { exec: [test, -e, healthy], ") + "\n")
        let agent = RunningAgent(site.program)
        #expect(await agent.waitUntilReady())
        try await site.program.run("deploy", "site", "--no-wait")
        #expect(await wait { (try? await site.history().first?["phase"]) == "health" })
        agent.signal(SIGKILL)
        #expect(await agent.waitForEnd())

        unlink(site.tree.path("state/grapnel.sock"))
        site.tree.file("state/grapnel.sock")
        for _ in 1...4 {
            let run = try await site.program.run("run")
            #expect(run.exitCode == 1)
            #expect(run.errorsText.hasSuffix("state/grapnel.sock: there is a file that is not a socket\n"))
        }
        unlink(site.tree.path("state/grapnel.sock"))
        site.tree.file("site/healthy")
        try await site.withAgent { _ in
            #expect(try await site.outcome() == "deployed")
            let deploy = try await site.history().first
            #expect(deploy?["interruptions"] == 1)
            #expect(try await site.program.json("blocked") == [])
        }
    }

    @Test func `a HUP that comes while the agent starts is kept until it can read its settings`() async throws {
        let site = Installation()
        // Opening it waits for somebody who reads.
        mkfifo(site.tree.path("agent.pipe"), 0o600)
        site.tree.file("grapnel.yaml", Installation.settings + "\nlog: { file: agent.pipe }\n")
        let agent = RunningAgent(site.program)
        #expect(await wait { agent.pid.map(catchesHangUps) == true })
        agent.signal(SIGHUP)
        let pipe = open(site.tree.path("agent.pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(pipe) }
        var log: [UInt8] = []
        let isReloaded = await wait {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(pipe, &buffer, buffer.count)
            if count > 0 { log += buffer[..<count] }
            return String(decoding: log, as: UTF8.self).contains("settings reloaded") || agent.ending != nil
        }
        #expect(isReloaded && agent.ending == nil, "\(agent.log)")
        await agent.stop()
    }

    private func catchesHangUps(_ pid: pid_t) -> Bool {
        guard let status = fopen("/proc/\(pid)/status", "r") else { return false }
        defer { fclose(status) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, status) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                .split(whereSeparator: \.isWhitespace)
            if words.first == "SigCgt:", let mask = words.last.flatMap({ UInt64($0, radix: 16) }) {
                return mask & 1 << UInt64(SIGHUP - 1) != 0
            }
        }
        return false
    }
}
