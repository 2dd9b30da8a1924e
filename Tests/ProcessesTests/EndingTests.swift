import Glibc
import Model
import Processes
import Synchronization
import TestKit
import Testing

/// How programs and what they leave behind come to their end.
@Suite struct EndingTests {
    @Test func aTimeoutEndsTheWholeGroup() async throws {
        let result = try await Process.run(
            shell("sleep 1000 & echo $$ $!; sleep 1000") { $0.timeout = .milliseconds(1500) })
        #expect(result.ending == .timedOut)
        #expect(result.pids.count == 2)
        #expect(result.duration >= .milliseconds(1500) && result.duration < .seconds(20))
        for pid in result.pids { #expect(await wait { !isRunning(pid) }) }
    }

    @Test func aProgramMayTidyUpWithinTheGrace() async throws {
        let result = try await Process.run(
            shell("trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.05; done") {
                $0.timeout = .milliseconds(1500)
                $0.grace = .seconds(60)
            })
        #expect(result.ending == .timedOut)
        #expect(result.outputText == "ready\ntidied\n")
    }

    @Test func aGroupThatIgnoresTermIsKilledAfterTheGrace() async throws {
        let result = try await Process.run(
            shell("trap '' TERM; (while :; do sleep 0.05; done) & echo $$ $!; while :; do sleep 0.05; done") {
                $0.timeout = .milliseconds(1500)
                $0.grace = .milliseconds(300)
            })
        #expect(result.ending == .timedOut)
        #expect(result.pids.count == 2)
        #expect(result.duration >= .milliseconds(1800) && result.duration < .seconds(20))
        for pid in result.pids { #expect(await wait { !isRunning(pid) }) }
    }

    @Test func aChildThatIgnoresTermAndOutlivesItsLeaderIsKilled() async throws {
        // The leader dies of TERM at once; the other one has closed all of its streams.
        let script = "(trap '' TERM; exec >&- 2>&- <&-; while :; do sleep 0.05; done) & echo $!; exec sleep 1000"
        let result = try await Process.run(
            shell(script) {
                $0.timeout = .milliseconds(1500)
                $0.grace = .milliseconds(300)
            })
        #expect(result.ending == .timedOut)
        #expect(result.duration >= .milliseconds(1800) && result.duration < .seconds(20))
        #expect(await wait { !isRunning(result.pids[0]) })
    }

    @Test func cancellingTheTaskEndsTheGroup() async throws {
        let pids = Mutex<[UInt8]>([])
        let task = Task {
            try await Process.run(
                shell("sleep 1000 & echo $$ $!; wait"), live: { _, bytes in pids.withLock { $0 += bytes } })
        }
        #expect(await wait { pids.withLock { $0.last == UInt8(ascii: "\n") } })
        task.cancel()
        let result = try await task.value
        #expect(result.ending == .cancelled)
        #expect(result.pids.count == 2)
        for pid in result.pids { #expect(await wait { !isRunning(pid) }) }
    }

    @Test func aTaskThatWasCancelledBeforeStartsNothing() async throws {
        let home = FileTree()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await Process.run(shell("touch it-ran") { $0.directory = home.path })
        }
        task.cancel()
        #expect(try await task.value.ending == .cancelled)
        #expect(access("\(home.path)/it-ran", F_OK) != 0)
    }

    @Test func cancellingAtAnyMomentLeavesNothingBehind() async throws {
        for delay in 0..<60 {
            let pid = Mutex<pid_t?>(nil)
            let task = Task {
                try await Process.run(
                    ProcessSpec(["/bin/sleep", "1000"]), started: { new in pid.withLock { $0 = new } })
            }
            try await Task.sleep(for: .microseconds(delay * 50))
            task.cancel()
            #expect(try await task.value.ending == .cancelled)
            if let pid = pid.withLock({ $0 }) { #expect(processState(of: pid) == nil) }
        }
    }

    @Test func aBackgroundProcessThatHoldsTheOutputEndsWithTheProgram() async throws {
        let result = try await Process.run(shell("sleep 1000 & echo $!"))
        #expect(result.ending == .exited(0))
        #expect(result.duration < .seconds(20))
        #expect(await wait { !isRunning(result.pids[0]) })
    }

    @Test func aBackgroundProcessWithoutOutputEndsWithTheProgramToo() async throws {
        let result = try await Process.run(shell("sleep 1000 >/dev/null 2>&1 & echo $!; exit 4"))
        #expect(result.ending == .exited(4))
        #expect(result.duration < .seconds(20))
        #expect(await wait { !isRunning(result.pids[0]) })
    }

    @Test func whatABackgroundProcessWritesShortlyAfterwardsIsStillRead() async throws {
        let result = try await Process.run(shell("(sleep 0.05; echo late) & echo early"))
        #expect(result.outputText == "early\nlate\n")
    }

    @Test func aBackgroundProcessThatWritesForeverIsNotWaitedForForever() async throws {
        let result = try await Process.run(shell("(while :; do echo more; sleep 0.02; done) & echo $!"))
        #expect(result.ending == .exited(0))
        #expect(result.duration < .seconds(20))
        let first = try #require(result.outputText.split(separator: "\n").first.flatMap { pid_t($0) })
        #expect(await wait { !isRunning(first) })
    }

    @Test func aBackgroundProcessMayTidyUpWithinTheGrace() async throws {
        let home = FileTree()
        // Its own streams are closed; the leader waits until its trap is set.
        let script = """
            (trap 'echo tidied >result; exit' TERM; exec >&- 2>&-; echo >ready; while :; do sleep 0.02; done) &
            while [ ! -e ready ]; do sleep 0.01; done
            """
        let result = try await Process.run(
            shell(script) {
                $0.directory = home.path
                $0.grace = .seconds(60)
            })
        #expect(result.ending == .exited(0))
        let tidied = try await Process.run(shell("cat result") { $0.directory = home.path })
        #expect(tidied.outputText == "tidied\n")
    }

    @Test func aDaemonInItsOwnSessionNeitherHoldsUsNorIsEnded() async throws {
        let result = try await Process.run(shell("setsid sleep 30 & echo $!"))
        #expect(result.ending == .exited(0))
        #expect(result.duration < .seconds(20))
        // `setsid` replaces itself where it can, so that this is the daemon.
        let daemon = result.pids[0]
        #expect(isRunning(daemon))
        kill(daemon, SIGKILL)
    }

    @Test func aStoppedProgramTimesOutAsWell() async throws {
        let result = try await Process.run(
            shell("kill -STOP $$") {
                $0.timeout = .milliseconds(200)
                $0.grace = .milliseconds(200)
            })
        #expect(result.ending == .timedOut)
    }

    @Test func othersChildrenAreNotReaped() async throws {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup("exit 7"), nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        #expect(posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, nil) == 0)
        #expect(await wait { processState(of: pid) == "Z" })
        for _ in 0..<20 { _ = try await Process.run(ProcessSpec(["/bin/true"])) }
        var status: Int32 = 0
        #expect(waitpid(pid, &status, 0) == pid)
        #expect(status >> 8 == 7)
    }
}
