import Glibc
import Model
import Processes
import TestKit
import Testing

/// What a child has of its own, and what it does not get from us.
@Suite struct IsolationTests {
    @Test func itLeadsAGroupAndASessionOfItsOwn() async throws {
        // pid, group and session; without a terminal the seventh field is 0.
        let result = try await Process.run(shell("echo $$; cut -d ' ' -f 5,6,7 /proc/$$/stat"))
        let pid = try #require(result.pids.first)
        #expect(result.pids == [pid, pid, pid, 0])
        #expect(pid != getpid())
    }

    @Test func signalsAreAtTheirDefaultsAndNoneIsBlocked() async throws {
        signal(SIGPIPE, SIG_IGN)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTERM)
        sigaddset(&blocked, SIGINT)
        var before = sigset_t()
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        let result = try await Process.run(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status"))
        pthread_sigmask(SIG_SETMASK, &before, nil)
        #expect(
            result.outputText
                == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test func itInheritsNoDescriptor() async throws {
        let leaky = open("/dev/null", O_RDONLY)
        defer { close(leaky) }
        #expect(fcntl(leaky, F_GETFD) & FD_CLOEXEC == 0)
        // 3 is the directory that ls itself reads.
        let result = try await Process.run(ProcessSpec(["/bin/ls", "/proc/self/fd"]))
        #expect(result.outputText == "0\n1\n2\n3\n")
    }

    @Test func manyRunsLeaveNoDescriptorAndNoZombie() async throws {
        let before = openDescriptors()
        let pids = Recorded<pid_t>()
        for _ in 0..<100 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        _ = try await Process.run(
                            ProcessSpec(["/bin/true"]), started: { pids.append($0) })
                    }
                }
                try await group.waitForAll()
            }
        }
        // Other tests run at the same time and have some open; one leak a run would be a thousand.
        #expect(await wait { openDescriptors() < before + 500 })
        let runs = pids.all
        #expect(runs.count == 1000)
        #expect(runs.filter { processState(of: $0) == "Z" } == [])
    }

    @Test(.enabled(if: geteuid() == 0)) func itRunsAsTheUserWithItsGroups() async throws {
        let nobody = try UserAccount.find("nobody")
        let result = try await Process.run(
            shell("id -u; id -g; id -G; grep ^Groups /proc/self/status") { $0.user = "nobody" })
        #expect(result.outputText == "\(nobody.uid)\n\(nobody.gid)\n\(nobody.gid)\nGroups:\t\(nobody.gid) \n")
    }

    @Test(.enabled(if: geteuid() == 0)) func aGroupCanBeChosenAndNumbersAreAccepted() async throws {
        let script = "id -u; id -g; id -G"
        let named = try await Process.run(shell(script) { $0.user = "nobody:daemon" })
        #expect(named.outputText == "65534\n1\n1\n")
        let numbered = try await Process.run(shell(script) { $0.user = "65534:1" })
        #expect(numbered.outputText == named.outputText)
    }

    @Test(.enabled(if: geteuid() == 0)) func theUserCannotBecomeRootAgainAndCannotReadRootsFiles() async throws {
        let home = FileTree()
        home.file("secret", "secret\n", mode: 0o600)
        let result = try await Process.run(
            shell("cat secret; grep -E '^(Uid|Gid|CapEff|CapPrm)' /proc/self/status") {
                $0.user = "nobody"
                $0.directory = home.path
            })
        #expect(result.errorsText == "cat: secret: Permission denied\n")
        #expect(
            result.outputText
                == "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\n"
                + "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n")
    }

    @Test(.enabled(if: geteuid() == 0)) func theUserCanOpenItsStreamsByName() async throws {
        let result = try await Process.run(
            shell("cat /dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr") {
                $0.user = "nobody"
                $0.input = Array("in\n".utf8)
            })
        #expect(result.outputText == "in\nout\n")
        #expect(result.errorsText == "err\n")
    }

    @Test(.enabled(if: geteuid() == 0)) func aProgramThatTheUserMayNotRunIsReported() async throws {
        let home = FileTree()
        let script = home.script("deploy.sh", "", mode: 0o700)
        var spec = ProcessSpec([script])
        spec.user = "nobody"
        let first = await problem { () throws(Problem) in try await Process.run(spec) }
        #expect(first?.description == "\"\(script)\" could not be started: permission denied")
        #expect(first?.code == .forbidden)

        spec.arguments = ["./gone"]
        let second = await problem { () throws(Problem) in try await Process.run(spec) }
        #expect(second?.description == #""./gone" could not be started: no such file or directory"#)

        chmod(home.path, 0o700)
        spec = ProcessSpec(["/bin/true"])
        spec.user = "nobody"
        spec.directory = home.path
        let third = await problem { () throws(Problem) in try await Process.run(spec) }
        #expect(
            third?.description == "\"/bin/true\" could not be started: directory \"\(home.path)\": permission denied")
    }
}
