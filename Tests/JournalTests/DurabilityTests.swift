import Glibc
import Journal
import Lifecycle
import Model
import SQLite
import Synchronization
import TestKit
import Testing

@Suite struct DurabilityTests {
    let home = TestJournal()

    private func open(_ state: String) throws -> DatabaseJournal {
        try DatabaseJournal(JournalOptions(state: state), clock: ManualClock(jumps: false)) { _ in }
    }

    /// The agent is killed; every deploy that it had an answer for is as the last answer said.
    @Test(arguments: 0..<4) func whatWasAnsweredSurvivesAKill(round: Int) async throws {
        mkdir(home.state, 0o700)
        await #expect(processExitsWith: .signal(SIGKILL)) { [state = home.state as String, round = round as Int] in
            let journal = try DatabaseJournal(JournalOptions(state: state), clock: ManualClock(jumps: false)) { _ in }
            let answers = Glibc.open(state + "/answers", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while lseek(answers, 0, SEEK_CUR) == 0 { try await Task.sleep(for: .milliseconds(1)) }
                    try await Task.sleep(for: .milliseconds(50 * round + Int.random(in: 0..<50)))
                    kill(getpid(), SIGKILL)
                }
                for worker in 0..<4 {
                    group.addTask {
                        for number in 0..<1_000_000 {
                            let id = "w\(worker)n\(number)"
                            try await journal.accept(record(id, service: "s\(worker)"), state: nil, events: [])
                            try await journal.advance(
                                started(id, service: "s\(worker)"), entries: [intent(.up)], events: [])
                            _ = Array("started \(id)\n".utf8).withUnsafeBytes {
                                write(answers, $0.baseAddress, $0.count)
                            }
                            try await journal.finish(
                                closing(
                                    finished(id, service: "s\(worker)", at: number),
                                    block: block("s\(worker)", release(number))))
                            _ = Array("finished \(id)\n".utf8).withUnsafeBytes {
                                write(answers, $0.baseAddress, $0.count)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        var last: [String: String] = [:]
        for line in (home.directory.read("state/answers") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            last[words[1]] = words[0]
        }
        #expect(!last.isEmpty)

        let reader = try JournalReader(path: home.path)
        let shown = try await reader.reports(service: nil, limit: 1_000_000)
        #expect(!shown.isEmpty)
        await reader.close()

        let journal = try home.open { $0.historyLength = 1_000_000 }
        for worker in 0..<4 {
            let history = try await journal.history(service: "s\(worker)", limit: 1_000_000)
            let records = Dictionary(uniqueKeysWithValues: history.map { ($0.id.text, $0) })
            for (id, what) in last where id.hasPrefix("w\(worker)n") {
                guard let record = records[id] else {
                    // Only the newest hundred finished ones are kept.
                    #expect(what == "finished" && history.count >= 100)
                    continue
                }
                if what == "finished" { #expect(record.outcome == .deployed) }
            }
        }
        await journal.close()
        #expect(home.restorations == [])
        #expect(home.messages.contains("\(home.path): the journal is sound"))
    }

    @Test func manyWritersAtOnceAreAllAnsweredAndAllThere() async throws {
        let journal = try home.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let id = "d\(number)"
                    try await journal.accept(record(id, service: "s\(number)"), state: nil, events: [])
                    for step in 0..<20 { try await journal.append([intent(.up, "s\(step)")], to: DeployID(id)) }
                    #expect(try await journal.entries(of: DeployID(id)).map(\.step) == (0..<20).map { "s\($0)" })
                    try await journal.finish(closing(finished(id, service: "s\(number)")))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await journal.history(service: nil, limit: 1000).count == 64)
        #expect(try await journal.waiting() == [])
        await journal.close()
    }

    /// The kernel's limit on a file's size stands for a disk without room.
    @Test func aFullDiskIsALimitAndWorkGoesOnWhenThereIsRoomAgain() async throws {
        mkdir(home.state, 0o700)
        await #expect(processExitsWith: .success) { [state = home.state as String] in
            signal(SIGXFSZ, SIG_IGN)
            let journal = try DatabaseJournal(JournalOptions(state: state), clock: ManualClock(jumps: false)) { _ in }
            var before = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
            var small = before
            small.rlim_cur = 400_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &small)
            try await journal.advance(started("a"), entries: [intent(.up)], events: [])
            let data = JSON.string(String(repeating: "x", count: 20_000))
            var written = 0
            do throws(Problem) {
                for _ in 0..<1000 {
                    try await journal.append([intent(.up, "step", data)], to: DeployID("a"))
                    written += 1
                }
                exit(10)
            } catch {
                guard error.code == .limit else { exit(11) }
            }
            guard try await journal.unfinished().count == 1 else { exit(12) }
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
            try await journal.append([intent(.up, "step", data)], to: DeployID("a"))
            guard try await journal.entries(of: DeployID("a")).count == written + 2 else { exit(13) }
            await journal.close()
            exit(0)
        }
        let journal = try home.open()
        #expect(try await journal.unfinished().map(\.id.text) == ["a"])
        #expect(home.messages == [])
        await journal.close()
    }

    // MARK: - A second process

    @Test func withoutAJournalAReaderSaysThatNoAgentHasRun() throws {
        #expect(throws: Problem(.notFound, "\(home.path): there is no journal, no agent has run here yet")) {
            try JournalReader(path: home.path)
        }
        #expect(home.directory.names() == [])
    }

    @Test func aReaderSeesWhatTheRunningAgentJustCommitted() async throws {
        let journal = try home.open()
        let reader = try JournalReader(path: home.path)
        #expect(try await reader.history(service: nil, limit: 10) == [])
        try await journal.finish(closing(finished("a"), block: block("web", release(1))))
        #expect(try await reader.history(service: nil, limit: 10).map(\.id.text) == ["a"])
        #expect(try await reader.blocks(service: nil) == [block("web", release(1))])
        await reader.close()
        await journal.close()
        let later = try JournalReader(path: home.path)
        #expect(try await later.deploy("a")?.outcome == .deployed)
        await later.close()
    }

    @Test func aReaderChangesNothingInADamagedFileAndSaysWhatWillMendIt() async throws {
        try await home.open().close()
        home.damage { $0 = Array(repeating: 7, count: 9000) }
        let problem = #expect(throws: Problem.self) { try JournalReader(path: home.path) }
        #expect(
            problem?.message
                == "\(home.path): \"PRAGMA application_id\" did not work: file is not a database (code 26); "
                + "the agent restores it from a backup when it starts")
        #expect(home.directory.bytes("state/grapnel.db") == Array(repeating: 7, count: 9000))
    }

    @Test func aReaderOfAnOlderSchemaAsksForTheAgent() async throws {
        try await home.open().close()
        #expect(
            throws: Problem(
                .unsupported,
                "\(home.path): the journal has schema 1, this grapnel reads schema 2: start the agent once, it brings "
                    + "the journal up to date")
        ) { try JournalReader(path: home.path, schema: Schema(steps: Schema.current.steps + ["CREATE TABLE x (a)"])) }
    }
}
