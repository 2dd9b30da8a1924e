import Glibc
import Lifecycle
import Model
import Scripts
import Synchronization
import TestKit
import Testing

@Suite struct UpTests {
    @Test func aScriptGetsExactlyTheDocumentedEnvironment() async throws {
        var site = Site("/usr/bin/env")
        site.definition.environment = ["LANG": "de_DE.UTF-8", "DEPLOY_KEY": "mine", "GRAPNEL_DEPLOY": "forged"]
        try await site.up()
        let shell = String(cString: getpwuid(geteuid()).pointee.pw_shell)
        #expect(
            Set(site.journal.lines) == [
                "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/agent/home", "USER=agent", "LOGNAME=agent",
                "SHELL=\(shell)", "LANG=de_DE.UTF-8", "DEPLOY_KEY=mine", "GRAPNEL_DEPLOY=0abcde1234",
                "GRAPNEL_SERVICE=site", "GRAPNEL_DRIVER=script", "GRAPNEL_TRIGGER=webhook", "GRAPNEL_BY=push",
                "GRAPNEL_ATTEMPT=1", "GRAPNEL_FORCE=0", "GRAPNEL_FROM=old", "GRAPNEL_FROM_IMAGE=",
                "GRAPNEL_FROM_DIGEST=", "GRAPNEL_TO=new", "GRAPNEL_TO_IMAGE=", "GRAPNEL_TO_DIGEST=",
                "GRAPNEL_REASON=", "GRAPNEL_RESTORE=",
            ])
    }

    @Test(.enabled(if: geteuid() == 0)) func aScriptRunsAsTheUserThatItIsGiven() async throws {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "id -un; id -gn; id -Gn; echo $HOME $USER $LOGNAME $SHELL; pwd")
        site.definition.user = "nobody"
        try await site.up()
        let account = getpwnam("nobody").pointee
        let (home, shell) = (String(cString: account.pw_dir), String(cString: account.pw_shell))
        #expect(
            site.journal.lines == [
                "nobody", "nogroup", "nogroup", "\(home) nobody nobody \(shell)", site.directory.path,
            ])
    }

    @Test func withoutADirectoryItStartsInTheHomes() async throws {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "pwd")
        site.definition.directory = nil
        try await site.up()
        #expect(site.journal.lines == [site.directory.path])
    }

    @Test func theIntentIsWrittenBeforeTheScriptStartsAndTheResultAfterItHasEnded() async throws {
        let site = Site("./deploy.sh")
        site.directory.script(
            "deploy.sh", "test -e intent && ! test -e result && echo in order && sleep 0.2 && touch end")
        site.journal.onWrite { [directory = site.directory] entry throws(Problem) in
            if entry.kind == .result { #expect(directory.read("end") != nil) }
            directory.file(entry.kind.rawValue)
        }
        try await site.up()
        #expect(site.journal.lines == ["in order"])
        #expect(site.journal.names == ["run intent", "run result"])
    }

    @Test func whatIsNotWrittenAheadIsNotDone() async {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "touch ran")
        site.journal.onWrite { _ throws(Problem) in throw Problem(.interrupted, "stopping") }
        await #expect(throws: Problem(.interrupted, "stopping")) { try await site.up() }
        #expect(site.directory.read("ran") == nil)
    }

    @Test func outputIsSeenWhileTheScriptRuns() async throws {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "echo one; until test -e go; do sleep 0.01; done; printf two >&2")
        let deploying = Task { try await site.up() }
        #expect(await wait { site.journal.lines == ["one"] })
        site.directory.file("go")
        try await deploying.value
        #expect(site.journal.lines == ["one", "two"])
    }

    @Test func nothingThatAScriptWritesHarmsTheLog() async throws {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", #"printf 'a\000b\377c\033[31mred\033[0m\007\n'"#)
        try await site.up()
        #expect(site.journal.lines == ["a\u{FFFD}b\u{FFFD}cred\u{FFFD}"])
    }

    @Test func aFloodNeitherStopsTheDeployNorFillsTheLog() async throws {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "head -c 100000000 /dev/zero | tr '\\0' x; echo the end >&2; exit 1")
        site.definition.output = 1 << 20
        await #expect(throws: Problem(.failed, "./deploy.sh exited with code 1: the end")) { try await site.up() }
        let lines = site.journal.lines
        #expect(lines.last == "… output beyond 1 MiB is not kept")
        #expect(lines.dropLast().reduce(0) { $0 + $1.utf8.count } == 1 << 20)
    }

    @Test func thereIsNothingToRead() async throws {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "wc -c; readlink /proc/self/fd/0")
        try await site.up()
        #expect(site.journal.lines == ["0", "/dev/null"])
    }

    @Test(arguments: [
        ("exit 3", "./deploy.sh exited with code 3"),
        ("echo out; echo why >&2; echo >&2; exit 3", "./deploy.sh exited with code 3: why"),
        ("kill -9 $$", "./deploy.sh was ended by signal 9 (KILL)"),
    ])
    func aScriptThatFailsSaysWhy(body: String, text: String) async {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", body)
        await #expect(throws: Problem(.failed, text)) { try await site.up() }
        #expect(site.journal.names == ["run intent", "run result"])
    }

    @Test func aScriptThatTakesTooLongIsEndedEvenIfItDoesNotListen() async {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "trap 'echo not yet >&2' TERM; echo $$ >pid; while :; do sleep 0.1; done")
        site.definition.timeout = .seconds(1)
        let text = "./deploy.sh did not end within 1s and was stopped: not yet"
        await #expect(throws: Problem(.timeout, text)) { try await site.up() }
        let pid = site.directory.read("pid").flatMap { pid_t($0.dropLast()) }
        #expect(pid.map(isRunning) == false)
    }

    @Test func whatLeftTheGroupOfAScriptThatTakesTooLongEndsToo() async throws {
        var site = Site("./deploy.sh")
        site.directory.script(
            "deploy.sh", "setsid sh -c \"trap '' TERM; echo \\$\\$ >pid; while :; do sleep 0.1; done\" & sleep 600")
        site.definition.timeout = .seconds(1)
        await #expect(throws: Problem.self) { try await site.up() }
        let pid = try #require(site.directory.read("pid").flatMap { pid_t($0.dropLast()) })
        #expect(!isRunning(pid))
    }

    @Test func whatAScriptLeavesInTheBackgroundEndsWithIt() async throws {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "sleep 600 & echo $!")
        try await site.up()
        let pid = try #require(site.journal.lines.first.flatMap { pid_t($0) })
        #expect(!isRunning(pid))
    }

    @Test func whenTheAgentStopsTheScriptEndsAndItsResultStaysUnknown() async throws {
        let site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "echo $$; sleep 600")
        let deploying = Task { try await site.up() }
        #expect(await wait { !site.journal.lines.isEmpty })
        deploying.cancel()
        await #expect(throws: Problem(.interrupted, "./deploy.sh was stopped together with the agent")) {
            try await deploying.value
        }
        let pid = try #require(site.journal.lines.first.flatMap { pid_t($0) })
        #expect(!isRunning(pid))
        #expect(site.journal.names == ["run intent"])
    }

    @Test func anAgentThatStopsBeginsNothing() async {
        let site = Site("./deploy.sh")
        let deploying = Task {
            while !Task.isCancelled { await Task.yield() }
            try await site.up()
        }
        deploying.cancel()
        await #expect(throws: Problem(.interrupted, "the agent is being stopped")) { try await deploying.value }
        #expect(site.journal.names.isEmpty)
    }

    @Test func theRollbackScriptGoesBackToThePreviousRelease() async throws {
        var site = Site("/bin/false")
        site.directory.script("rollback.sh", "echo $GRAPNEL_FROM $GRAPNEL_TO $GRAPNEL_RESTORE")
        site.definition.rollback = ["./rollback.sh"]
        site.wish = Wish(.previous)
        try await site.up()
        #expect(site.journal.lines == ["old new new"])
        #expect(site.journal.names == ["go-back intent", "go-back result"])
    }

    @Test func thereIsNoProcessToWatch() async throws {
        let site = Site("./deploy.sh")
        #expect(try await site.driver.look(site.deploy, site.steps) == Look(running: .notAProcess))
    }
}
