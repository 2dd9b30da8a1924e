import Glibc
import Model
import TestKit
import Testing

@testable import Daemon

struct DeployLogsTests {
    private let files = FileTree()
    private let id = DeployID("0abcde1234")

    private func logs() throws(Problem) -> DeployLogs { try DeployLogs(files.path("logs")) { noon } }

    private func text(_ logs: DeployLogs) throws(Problem) -> String {
        String(decoding: try logs.read(id), as: UTF8.self)
    }

    @Test func `a line is there with its time as soon as it was printed`() throws {
        let logs = try logs()
        logs.append("one", to: id)
        #expect(try text(logs) == "\(noonText) one\n")
        logs.append("two", to: id)
        logs.append("of another", to: DeployID("0abcde9999"))
        #expect(try text(logs) == "\(noonText) one\n\(noonText) two\n")
        #expect(files.names(in: "logs") == ["0abcde1234.log", "0abcde9999.log"])
    }

    @Test func `they are for their owner alone`() throws {
        try logs().append("one", to: id)
        #expect(files.mode(of: "logs") == 0o700)
        #expect(files.mode(of: "logs/0abcde1234.log") == 0o600)
    }

    @Test func `after a restart it goes on where it was`() throws {
        try logs().append("before", to: id)
        let logs = try logs()
        #expect(try text(logs) == "\(noonText) before\n")
        logs.append("after", to: id)
        #expect(try text(logs) == "\(noonText) before\n\(noonText) after\n")
    }

    @Test func `of a deploy that printed nothing there is nothing`() throws {
        #expect(try logs().read(id) == [])
        #expect(files.names(in: "logs") == [])
    }

    /// A script could else forge lines of the agent.
    @Test func `what is printed as one line stays one`() throws {
        let logs = try logs()
        logs.append("one\n\(noonText) = deployed\r\u{1B}[1Aup", to: id)
        #expect(try text(logs) == "\(noonText) one | \(noonText) = deployed | up\n")
    }

    @Test(arguments: ["", "..", "../lock", "a/b", "A", "0abc.log", "0abc\u{0}", "é"])
    func `only what can be an id becomes the name of a file`(_ text: String) throws {
        files.file("lock", "precious")
        let logs = try logs()
        logs.append("one", to: DeployID(text))
        #expect(files.names(in: "logs") == [])
        #expect(files.names() == ["lock", "logs"])
        #expect(throws: Problem(.invalid, "\"\(text)\" is not the id of a deploy")) { try logs.read(DeployID(text)) }
    }

    // MARK: - Bounds

    @Test func `what is beyond the limit is not kept, which is said once`() throws {
        let logs = try logs()
        let line = String(repeating: "x", count: 1 << 20)
        for _ in 0..<6 { logs.append(line, to: id) }
        logs.append("the end", to: id)
        let content = try text(logs)
        #expect(content.hasPrefix("\(noonText) xxx"))
        #expect(content.hasSuffix("x\nwhat comes after 4 MiB is not kept\n"))
        #expect(content.utf8.count <= DeployLogs.sizeLimit + 100)
        #expect(content.split(separator: "\n").count == 5)
    }

    @Test func `a line without an end does not get past the limit`() throws {
        let logs = try logs()
        logs.append(String(repeating: "é", count: 6 << 20), to: id)
        let content = try logs.read(id)
        #expect(content.count <= DeployLogs.sizeLimit + 100)
        let text = String(validating: content, as: UTF8.self)
        #expect(text?.hasSuffix("é\nwhat comes after 4 MiB is not kept\n") == true)
    }

    /// A deploy that has flooded its log, was cut off by a kill and goes on.
    @Test func `what is not kept after a restart costs no descriptor`() throws {
        files.directory("logs", mode: 0o700)
        files.file("logs/0abcde1234.log", [UInt8](repeating: 0x78, count: DeployLogs.sizeLimit), mode: 0o600)
        let logs = try logs()
        let before = openDescriptors()
        for _ in 0..<500 { logs.append("more", to: id) }
        // Other tests run at the same time and have some open.
        #expect(openDescriptors() < before + 250)
        #expect(try logs.read(id).count == DeployLogs.sizeLimit)
    }

    /// Those of notify hooks, which run when the deploy has ended.
    @Test func `lines that come after the end are kept, and cost no descriptor`() throws {
        let logs = try logs()
        let before = openDescriptors()
        for number in 0..<DeployLogs.countLimit {
            let id = DeployID("late\(number)")
            logs.append("= deployed", to: id)
            logs.append("notify/10-tell: told", to: id)
            #expect(
                String(decoding: try logs.read(id), as: UTF8.self)
                    == "\(noonText) = deployed\n\(noonText) notify/10-tell: told\n")
        }
        #expect(openDescriptors() < before + 250)
    }

    @Test func `only the newest are kept, and other files are left alone`() throws {
        files.directory("logs", mode: 0o700)
        files.file("logs/notes.txt")
        for number in 0..<600 { files.file("logs/0a\(1000 + number).log", "old") }
        var logs = try logs()
        let first = 1000 + 600 - DeployLogs.countLimit
        #expect(files.names(in: "logs") == (first..<1600).map { "0a\($0).log" } + ["notes.txt"])

        // While the agent runs, too.
        for number in 600..<700 { logs.append("new", to: DeployID("0a\(1000 + number)")) }
        #expect(files.names(in: "logs") == (first + 100..<1700).map { "0a\($0).log" } + ["notes.txt"])
        logs = try self.logs()
        #expect(files.read("logs/0a1699.log") == "\(noonText) new\n")
    }

    @Test func `a log that cannot be written holds nobody up`() throws {
        let logs = try logs()
        files.remove("logs")
        logs.append("lost", to: id)
        #expect(try logs.read(id) == [])
        files.directory("logs", mode: 0o700)
        logs.append("kept", to: id)
        #expect(try text(logs) == "\(noonText) kept\n")
    }

    @Test func `lines of many at once are whole`() async throws {
        let logs = try logs()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { [id] in for line in 0..<100 { logs.append("\(task) \(line)", to: id) } }
            }
        }
        let expected = (0..<8).flatMap { task in (0..<100).map { "\(noonText) \(task) \($0)" } }
        #expect(try text(logs).split(separator: "\n").map(String.init).sorted() == expected.sorted())
    }
}
