import Glibc
import Model
import Processes
import TestKit
import Testing

@Suite struct DeployChildrenTests {
    private let marker = "GRAPNEL_DEPLOY"

    /// Starts a shell that leaves our group and session, as a hook looks whose agent was killed: the one that started it
    /// has ended. Returns the pids that it writes before "ready".
    private func orphan(_ script: String, value: String) async throws -> [pid_t] {
        let home = FileTree()
        home.script("orphan.sh", script)
        let result = try await Process.run(
            shell("setsid ./orphan.sh >pids 2>/dev/null & while ! grep -q ready pids; do sleep 0.02; done; cat pids") {
                $0.directory = home.path
                $0.environment[marker] = value
                $0.timeout = .seconds(60)
            })
        #expect(result.succeeded)
        return result.pids
    }

    @Test func anOrphanIsFoundWithItsChildrenAndEnded() async throws {
        let value = "orphan-\(getpid())"
        let pids = try await orphan(
            "sleep 1000 & echo $$ $!; (trap '' TERM; echo ready; while :; do sleep 0.05; done)", value: value)
        #expect(pids.count == 2)
        let found = DeployChildren.find(marker: marker, value: value)
        #expect(Set(found).isSuperset(of: pids))
        // The shell, its two children, and maybe a short sleep.
        #expect(found.count == 3 || found.count == 4)

        let ended = try await DeployChildren.end(marker: marker, value: value, grace: .milliseconds(500))
        #expect(ended >= 3)
        #expect(DeployChildren.find(marker: marker, value: value) == [])
        for pid in found { #expect(await wait { !isRunning(pid) }) }
    }

    @Test func anOrphanMayTidyUpWithinTheGrace() async throws {
        let home = FileTree()
        let value = "polite-\(getpid())"
        let pids = try await orphan(
            "trap 'sleep 0.2; echo tidied >\(home.path)/result; exit' TERM; echo $$; echo ready; "
                + "while :; do sleep 0.02; done", value: value)
        #expect(pids.count == 1)
        try await DeployChildren.end(marker: marker, value: value, grace: .seconds(60))
        #expect(access("\(home.path)/result", F_OK) == 0)
        #expect(await wait { !isRunning(pids[0]) })
    }

    @Test func membersOfTheGroupThatClearedTheirEnvironmentEndToo() async throws {
        let value = "cleared-\(getpid())"
        let pids = try await orphan("env -i sleep 1000 & echo $! ready; wait", value: value)
        #expect(pids.count == 1)
        // The entry is there until `env` replaces the environment.
        #expect(await wait { !DeployChildren.find(marker: marker, value: value).contains(pids[0]) })
        try await DeployChildren.end(marker: marker, value: value)
        #expect(await wait { !isRunning(pids[0]) })
    }

    @Test func membersWhoseLeaderIsGoneAreEnded() async throws {
        let value = "leaderless-\(getpid())"
        let pids = try await orphan("sleep 1000 & sleep 1000 & echo $!; echo ready", value: value)
        #expect(await wait { DeployChildren.find(marker: marker, value: value).count == 2 })
        #expect(try await DeployChildren.end(marker: marker, value: value) == 2)
        #expect(await wait { !isRunning(pids[0]) })
    }

    @Test func onlyTheExactEntryCounts() async throws {
        let value = "exact-\(getpid())"
        let pids = try await orphan("echo $$ ready; exec sleep 1000", value: "\(value)-and-more")
        #expect(DeployChildren.find(marker: marker, value: value) == [])
        #expect(DeployChildren.find(marker: "DEPLOY", value: "\(value)-and-more") == [])
        #expect(try await DeployChildren.end(marker: marker, value: value) == 0)
        #expect(isRunning(pids[0]))
        #expect(try await DeployChildren.end(marker: marker, value: "\(value)-and-more") == 1)
    }
}
