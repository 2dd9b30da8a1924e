import Glibc
import Lifecycle
import Model
import Processes
import Scripts
import TestKit
import Testing

@Suite struct UndoTests {
    /// Its scripts leave a line for each of their runs in the file `ran`.
    private func site(_ body: String = "true") -> Site {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "echo deploy >>ran; \(body)")
        site.directory.script(
            "rollback.sh", "echo rollback >>ran; echo $GRAPNEL_FROM $GRAPNEL_TO $GRAPNEL_RESTORE: $GRAPNEL_REASON")
        site.definition.rollback = ["./rollback.sh"]
        return site
    }

    @Test func aFailedScriptIsUndoneByTheRollbackScript() async throws {
        var site = site("exit 1")
        await #expect(throws: Problem.self) { try await site.up() }
        site.failure = "up: ./deploy.sh exited with code 1"
        #expect(try await site.undo() == .restored)
        #expect(site.journal.lines == ["old new old: up: ./deploy.sh exited with code 1"])
        #expect(site.journal.names == ["run intent", "run result", "undo intent", "undo result"])
    }

    @Test func nothingBegunIsNothingToUndo() async throws {
        let site = site()
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("ran") == nil)
    }

    @Test func withoutARollbackScriptTheServiceStaysAsItIs() async throws {
        var site = site("exit 1")
        site.definition.rollback = nil
        await #expect(throws: Problem.self) { try await site.up() }
        let reason = #"services.site.script has no "rollback", so the service is as the failed script left it"#
        #expect(try await site.undo() == .notRestored(reason: reason))
    }

    @Test func aRollbackScriptThatFailsIsAProblem() async throws {
        let site = site()
        site.directory.script("rollback.sh", "echo nothing to go back to >&2; exit 2")
        try await site.up()
        await #expect(throws: Problem(.failed, "./rollback.sh exited with code 2: nothing to go back to")) {
            try await site.undo()
        }
    }

    @Test func aRollbackScriptHasATimeoutOfItsOwn() async throws {
        var site = site()
        site.directory.script("rollback.sh", "exec sleep 600")
        site.definition.rollbackTimeout = .seconds(1)
        try await site.up()
        await #expect(throws: Problem(.timeout, "./rollback.sh did not end within 1s and was stopped")) {
            try await site.undo()
        }
    }

    @Test func aRollbackIsNotUndone() async throws {
        var site = site()
        site.wish = Wish(.previous)
        #expect(try await site.undo() == .restored)
        site.directory.script("rollback.sh", "exit 1")
        await #expect(throws: Problem.self) { try await site.up() }
        let reason =
            "services.site.script.rollback is the only way back and is what ran, so the service is as it left it"
        #expect(try await site.undo() == .notRestored(reason: reason))
    }

    // MARK: - After a kill

    @Test func aScriptThatWasRunningIsUndoneAndNeverRunAgain() async throws {
        let site = site()
        try await site.up()
        site.journal.forget(after: 1)
        let reason = "./deploy.sh was running when the agent was killed, its result is unknown"
        #expect(try await site.afterInterruption() == .undo(reason: reason))
        await #expect(throws: Problem(.failed, reason)) { try await site.up() }
        #expect(site.directory.read("ran") == "deploy\n")
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("ran") == "deploy\nrollback\n")
    }

    @Test func aScriptThatWasNotBegunIsRun() async throws {
        let site = site()
        #expect(try await site.afterInterruption() == .goOn)
        try await site.up()
        #expect(site.directory.read("ran") == "deploy\n")
    }

    @Test func aScriptThatHadEndedIsNotRunAgain() async throws {
        let site = site()
        try await site.up()
        #expect(try await site.afterInterruption() == .goOn)
        try await site.up()
        #expect(site.directory.read("ran") == "deploy\n")
    }

    @Test func aScriptThatHadFailedHasFailedAfterwardsToo() async throws {
        let site = site("echo why >&2; exit 3")
        let expected = Problem(.failed, "./deploy.sh exited with code 3: why")
        await #expect(throws: expected) { try await site.up() }
        #expect(try await site.afterInterruption() == .goOn)
        await #expect(throws: expected) { try await site.up() }
        #expect(site.directory.read("ran") == "deploy\n")
    }

    @Test func aRollbackScriptThatWasRunningIsRunAgain() async throws {
        let site = site()
        try await site.up()
        #expect(try await site.undo() == .restored)
        site.journal.forget(after: 3)
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("ran") == "deploy\nrollback\nrollback\n")
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("ran") == "deploy\nrollback\nrollback\n")
    }

    @Test func goingBackIsBegunAnewToo() async throws {
        var site = site()
        site.wish = Wish(.previous)
        try await site.up()
        site.journal.forget(after: 1)
        #expect(try await site.afterInterruption() == .goOn)
        try await site.up()
        #expect(site.directory.read("ran") == "rollback\nrollback\n")
    }

    @Test func theScriptThatUndoesIsTheOneThatTheDeployBeganWith() async throws {
        var site = site()
        site.definition.environment = ["WHO": "the first"]
        site.directory.script("rollback.sh", "echo $WHO")
        try await site.up()
        site.definition = ScriptDefinition(run: ["/bin/true"], rollback: ["/bin/false"], directory: "/nowhere")
        #expect(try await site.undo() == .restored)
        #expect(site.journal.lines == ["the first"])
    }

    @Test func whatAKilledAgentLeftRunningIsEnded() async throws {
        let id = "orphan\(getpid())"
        let directory = FileTree()
        // In a session of its own, so that no group's end takes it along.
        directory.script("daemon", "echo $$ >pid; exec sleep 600")
        directory.script("start", "setsid ./daemon >/dev/null 2>&1 & until test -s pid; do sleep 0.01; done")
        var spec = ProcessSpec(["./start"])
        spec.directory = directory.path
        spec.environment = ["PATH": "/usr/bin:/bin", "GRAPNEL_DEPLOY": id]
        _ = try await Process.run(spec)
        let pid = try #require(directory.read("pid").flatMap { pid_t($0.dropLast()) })
        #expect(isRunning(pid))
        try await ProcessOrphans().endOrphans(of: DeployID("another"))
        #expect(isRunning(pid))
        try await ProcessOrphans().endOrphans(of: DeployID(id))
        #expect(!isRunning(pid))
    }
}
