import Glibc
import Model
import SQLite
import Synchronization
import TestKit
import Testing

@Suite struct DatabaseWriterTests {
    let directory = FileTree()

    private var path: String { directory.path("test.db") }

    private func writer(pages: Int? = nil, capacity: Int = 8192) throws -> DatabaseWriter {
        let database = try Database(path: path, mode: .create)
        try database.execute("PRAGMA journal_mode = WAL")
        try database.execute("PRAGMA synchronous = FULL")
        if let pages { try database.execute("PRAGMA max_page_count = \(pages)") }
        try database.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, data BLOB) STRICT")
        return try DatabaseWriter(database, capacity: capacity)
    }

    private func numbers() throws -> [Int64] {
        let database = try Database(path: path, mode: .readOnly)
        return try database.query("SELECT number FROM numbers ORDER BY number") { row throws(Problem) in
            try row.integer("number")
        }
    }

    @Test func anAnswerComesAfterItsCommit() async throws {
        let writer = try writer()
        let reader = try DatabaseReader(Database(path: path, mode: .readOnly))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    try await writer.write { database throws(Problem) in
                        try database.execute("INSERT INTO numbers (number) VALUES (?)", [.integer(Int64(number))])
                    }
                    // Another connection sees only what is committed.
                    let seen = try await reader.read { database throws(Problem) in
                        try database.queryValue("SELECT count(*) FROM numbers WHERE number = \(number)")
                    }
                    #expect(seen == 1)
                }
            }
            try await group.waitForAll()
        }
        await reader.close()
        await writer.close()
        #expect(directory.names() == ["test.db"])
        #expect(try numbers() == Array(0..<64))
    }

    @Test func whatWaitsTogetherIsWrittenTogether() async throws {
        let writer = try writer()
        let reader = try DatabaseReader(Database(path: path, mode: .readOnly))
        // While the thread is held up here, all of these gather.
        let gate = Gate()
        let held = Task { try await writer.exclusively { _ throws(Problem) in gate.wait() } }
        while !gate.isWaiting { await Task.yield() }
        let answers = Answers()
        for number in 0..<50 {
            writer.write { database throws(Problem) in
                try database.execute("INSERT INTO numbers (number) VALUES (\(number))")
                // Inside a batch the connection is in a transaction that began before.
                return try database.queryValue("SELECT count(*) FROM numbers")
            } completion: { result in
                answers.append(result)
            }
        }
        gate.open()
        try await held.value
        await writer.close()
        await reader.close()
        #expect(answers.all.count == 50)
        #expect(try numbers().count == 50)
    }

    @Test func aBodyThatFailsHarmsNoOther() async throws {
        let writer = try writer()
        let results = await withTaskGroup(of: (Int, Problem?).self, returning: [Int: Problem?].self) { group in
            for number in 0..<100 {
                group.addTask {
                    do throws(Problem) {
                        try await writer.write { database throws(Problem) in
                            try database.execute("INSERT INTO numbers (number) VALUES (\(number))")
                            if number % 10 == 3 { throw Problem(.failed, "no \(number)") }
                        }
                        return (number, nil)
                    } catch {
                        return (number, error)
                    }
                }
            }
            var results: [Int: Problem?] = [:]
            for await (number, problem) in group { results[number] = .some(problem) }
            return results
        }
        await writer.close()
        for number in 0..<100 {
            #expect(results[number] == .some(number % 10 == 3 ? Problem(.failed, "no \(number)") : nil))
        }
        #expect(try numbers() == (0..<100).filter { $0 % 10 != 3 })
    }

    @Test func aFullDiskFailsTheLargeWriteAndNotTheSmallOnes() async throws {
        let writer = try writer(pages: 20)
        let gate = Gate()
        let held = Task { try await writer.exclusively { _ throws(Problem) in gate.wait() } }
        while !gate.isWaiting { await Task.yield() }
        let answers = Answers()
        for number in 0..<5 {
            let size = number == 2 ? 1_000_000 : 10
            writer.write { database throws(Problem) in
                try database.execute("INSERT INTO numbers VALUES (\(number), zeroblob(\(size)))")
                return SQLValue.integer(Int64(number))
            } completion: { result in
                answers.append(result)
            }
        }
        gate.open()
        try await held.value
        await writer.close()
        #expect(try numbers() == [0, 1, 3, 4])
        #expect(answers.all.compactMap { try? $0.get() } == [0, 1, 3, 4])
        #expect(answers.all.count { if case .failure(let problem) = $0 { problem.code == .limit } else { false } } == 1)
    }

    @Test func moreThanTheQueueHoldsIsRefusedAtOnce() async throws {
        let writer = try writer(capacity: 3)
        let gate = Gate()
        let held = Task { try await writer.exclusively { _ throws(Problem) in gate.wait() } }
        while !gate.isWaiting { await Task.yield() }
        let answers = Answers()
        for number in 0..<4 {
            writer.write { database throws(Problem) in
                try database.execute("INSERT INTO numbers (number) VALUES (\(number))")
                return .null
            } completion: { result in
                answers.append(result)
            }
        }
        #expect(answers.all == [.failure(Problem(.limit, "\(path): 3 requests wait for the database already"))])
        gate.open()
        try await held.value
        await writer.close()
        #expect(try numbers() == [0, 1, 2])
    }

    @Test func closingFinishesWhatWaitsAndRefusesWhatComesLater() async throws {
        let writer = try writer()
        let answers = Answers()
        for number in 0..<20 {
            writer.write { database throws(Problem) in
                try database.execute("INSERT INTO numbers (number) VALUES (\(number))")
                return .null
            } completion: { result in
                answers.append(result)
            }
        }
        await writer.close()
        #expect(answers.all == Array(repeating: .success(.null), count: 20))
        #expect(try numbers().count == 20)
        await #expect(throws: Problem(.interrupted, "\(path): the database is closed")) {
            try await writer.write { _ throws(Problem) in }
        }
        await writer.close()
    }

    @Test func readersDoNotWaitForAWriter() async throws {
        let writer = try writer()
        let reader = try DatabaseReader(Database(path: path, mode: .readOnly))
        let gate = Gate()
        let held = Task {
            try await writer.write { database throws(Problem) in
                try database.execute("INSERT INTO numbers (number) VALUES (1)")
                gate.wait()
            }
        }
        while !gate.isWaiting { await Task.yield() }
        let count = try await reader.read { database throws(Problem) in
            try database.queryValue("SELECT count(*) FROM numbers")
        }
        #expect(count == 0)
        gate.open()
        try await held.value
        await writer.close()
    }

    @Test func anExclusiveBodyMayPutAnotherDatabaseInPlace() async throws {
        let writer = try writer()
        let other = directory.path("other.db")
        try await writer.exclusively { database throws(Problem) in
            database.close()
            database = try Database(path: other, mode: .create)
            try database.execute("CREATE TABLE numbers (number INTEGER)")
        }
        try await writer.write { database throws(Problem) in try database.execute("INSERT INTO numbers VALUES (9)") }
        await writer.close()
        let database = try Database(path: other, mode: .readOnly)
        #expect(try database.queryValue("SELECT number FROM numbers") == 9)
    }

    /// A process is killed while it writes; each number that it had been answered for has to be there.
    @Test(arguments: 0..<6) func everyAnsweredWriteSurvivesAKill(round: Int) async throws {
        let path = directory.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round = round as Int] in
            let database = try Database(path: path + "/test.db", mode: .create)
            try database.execute("PRAGMA journal_mode = WAL")
            try database.execute("PRAGMA synchronous = FULL")
            // Often enough to be killed in the middle of one.
            try database.execute("PRAGMA wal_autocheckpoint = 20")
            try database.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY, data BLOB) STRICT")
            let writer = try DatabaseWriter(database)
            let answered = open(path + "/answered", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while lseek(answered, 0, SEEK_CUR) == 0 { try await Task.sleep(for: .milliseconds(1)) }
                    try await Task.sleep(for: .milliseconds(30 * round + Int.random(in: 0..<30)))
                    kill(getpid(), SIGKILL)
                }
                for worker in 0..<8 {
                    group.addTask {
                        for step in 0..<1_000_000 {
                            let number = Int32(step * 8 + worker)
                            try await writer.write { database throws(Problem) in
                                try database.execute(
                                    "INSERT INTO numbers VALUES (?, zeroblob(?))",
                                    [.integer(Int64(number)), .integer(Int64(number % 900))])
                            }
                            withUnsafeBytes(of: number) { _ = write(answered, $0.baseAddress, 4) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let database = try Database(path: self.path, mode: .write)
        #expect(try database.integrityCheck() == [])
        let there = Set(try numbers())
        let promised = directory.bytes("answered").withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) }
        #expect(!promised.isEmpty)
        #expect(promised.filter { !there.contains(Int64($0)) } == [])
    }
}
