import Glibc
import Model
import Processes
import Synchronization
import TestKit
import Testing

@testable import Daemon

struct HomeLockTests {
    private let files = FileTree()
    private var home: Home { Home(under: files.path) }

    private func conflict(_ holder: String) -> Problem {
        Problem(
            .conflict, "another agent runs on \(files.path)\(holder): stop it first, or use another --home")
    }

    @Test func `a second agent is refused and told which process holds the home`() throws {
        let lock = try HomeLock(home)
        #expect(throws: conflict(" as process \(getpid())")) { try HomeLock(home) }
        // The refused one has taken nothing away.
        #expect(throws: conflict(" as process \(getpid())")) { try HomeLock(home) }
        #expect(files.read("state/lock") == "\(getpid())\n")
        withExtendedLifetime(lock) {}
    }

    @Test(arguments: ["", "somebody\n"])
    func `a holder that cannot be read is left out`(_ content: String) throws {
        let lock = try HomeLock(home)
        files.file("state/lock", content)
        #expect(throws: conflict("")) { try HomeLock(home) }
        withExtendedLifetime(lock) {}
    }

    @Test func `state directory and lock are for their owner alone`() throws {
        let lock = try HomeLock(home)
        #expect(files.mode(of: "state") == 0o700)
        #expect(files.mode(of: "state/lock") == 0o600)
        withExtendedLifetime(lock) {}
    }

    @Test func `it is free again when the agent lets go of it`() throws {
        do {
            let lock = try HomeLock(home)
            #expect(HomeLock.isHeld(home))
            withExtendedLifetime(lock) {}
        }
        #expect(!HomeLock.isHeld(home))
        let next = try HomeLock(home)
        #expect(HomeLock.isHeld(home))
        withExtendedLifetime(next) {}
    }

    @Test func `a file that a killed agent left is no obstacle`() throws {
        files.directory("state", mode: 0o700)
        files.file("state/lock", "12345678901\n", mode: 0o600)
        #expect(!HomeLock.isHeld(home))
        let lock = try HomeLock(home)
        #expect(files.read("state/lock") == "\(getpid())\n")
        withExtendedLifetime(lock) {}
    }

    @Test func `a killed agent holds nothing`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = files.path as String] in
            let lock = try HomeLock(Home(under: path))
            guard HomeLock.isHeld(Home(under: path)) else { exit(1) }
            kill(getpid(), SIGKILL)
            withExtendedLifetime(lock) {}
        }
        #expect(files.names(in: "state") == ["lock"])
        #expect(!HomeLock.isHeld(home))
        _ = try HomeLock(home)
    }

    /// Scripts outlive a killed agent.
    @Test func `what an agent has started does not hold the lock for it`() async throws {
        let pid = Mutex<pid_t?>(nil)
        let process: Task<ProcessResult, any Error>
        do {
            let lock = try HomeLock(home)
            process = Task {
                try await Process.run(
                    ProcessSpec(["/bin/sleep", "600"]), started: { started in pid.withLock { $0 = started } })
            }
            #expect(await wait { pid.withLock { $0 } != nil })
            withExtendedLifetime(lock) {}
        }
        #expect(!HomeLock.isHeld(home))
        #expect(pid.withLock { $0 }.map(isRunning) == true)
        process.cancel()
        _ = try await process.value
    }

    @Test func `to ask is to change nothing`() {
        #expect(!HomeLock.isHeld(home))
        #expect(files.names() == [])
    }

    /// `grapnel doctor` asks at any moment, also at the one in which an agent starts.
    @Test func `an agent that starts is not refused because somebody asks`() async throws {
        _ = try HomeLock(home)
        let isOver = Flag()
        let asking = Task { [home] in
            await onThread { while !isOver.isSet.load(ordering: .acquiring) { _ = HomeLock.isHeld(home) } }
        }
        defer { isOver.isSet.store(true, ordering: .releasing) }
        for _ in 0..<5000 { _ = try HomeLock(home) }
        isOver.isSet.store(true, ordering: .releasing)
        await asking.value
    }

    private final class Flag: Sendable { let isSet = Atomic(false) }

    @Test func `a state directory that others can write is refused`() {
        let state = files.directory("state", mode: 0o777)
        let text = "\(state) can be written by others: chmod go-w it, expected 0700"
        #expect(throws: Problem(.forbidden, text)) { try HomeLock(home) }
        #expect(files.names(in: "state") == [])
    }
}
