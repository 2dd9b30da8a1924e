import Glibc
import LuaRuntime
import Model
import TestKit
import Testing

@Suite("agent.exec and agent.files")
struct HostAPIMachineTests {
    @Test("a program's end, output and environment come back")
    func exec() async throws {
        let bench = HostAPIBench()
        #expect(
            try await bench.value(
                """
                local r = agent.exec({ "sh", "-c", "cat; echo $GRAPNEL_DEPLOY $GRAPNEL_HOOK $A [$PASSWORD]; echo no >&2; pwd; exit 3" },
                  { input = "in\\n", env = { A = "b", GRAPNEL_DEPLOY = "forged" }, directory = "/usr", timeout = "30s" })
                return r.code .. "|" .. r.stdout .. "|" .. r.stderr .. "|" .. tostring(r.timed_out) .. tostring(r.signal)
                """) == "3|in\n01testdeploy post-up b []\n/usr\n|no\n|falsenil")
        #expect(
            try await bench.value(
                "local r = agent.exec({ 'sh', '-c', 'kill -9 $$' }) return r.code .. ' ' .. r.signal") == "137 9")
    }

    @Test("its own time ends a program, and the hook goes on")
    func execTimeout() async throws {
        #expect(
            try await HostAPIBench().value(
                """
                local r = agent.exec({ "sh", "-c", "echo begun; sleep 60" }, { timeout = "300ms" })
                return r.code .. r.stdout .. tostring(r.timed_out)
                """) == "-1begun\ntrue")
    }

    @Test("the time of the hook ends a program with all that it started")
    func execOverrun() async throws {
        let tree = FileTree()
        var bench = HostAPIBench()
        bench.limits.timeout = .seconds(1)
        let message = await bench.message(
            "agent.exec({ 'sh', '-c', '(sleep 300 & echo $! > \(tree.path)/pid; wait)' })")
        #expect(message != nil)
        let pid = try #require(tree.read("pid").flatMap { pid_t($0.filter { $0 != "\n" }) })
        var tries = 0
        while kill(pid, 0) == 0, tries < 200 {
            try await Task.sleep(for: .milliseconds(100))
            tries += 1
        }
        #expect(kill(pid, 0) != 0)
    }

    @Test("output is kept up to the limit")
    func execOutput() async throws {
        var bench = HostAPIBench()
        bench.limits.output = 1000
        #expect(
            try await bench.value("return #agent.exec({ 'sh', '-c', 'head -c 100000 /dev/zero' }).stdout") == 1000)
    }

    @Test("files are read, written whole, and listed")
    func files() async throws {
        let tree = FileTree()
        tree.file("a/one", "1", mode: 0o640)
        tree.link("a/link", to: "one")
        let bench = HostAPIBench()
        #expect(
            try await bench.value(
                """
                local d = "\(tree.path)/a/"
                agent.files.write(d .. "link", agent.files.read(d .. "one") .. "2")
                agent.files.write(d .. "new", "n")
                return table.concat(agent.files.list(d), " ") .. tostring(agent.files.exists(d .. "new"))
                  .. tostring(agent.files.exists(d .. "x"))
                """) == "link new onetruefalse")
        #expect(tree.read("a/one") == "12")
        var status = stat()
        #expect(lstat(tree.path("a/link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(tree.path("a/one"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    }

    @Test("what cannot be done is an error")
    func mistakes() async {
        let tree = FileTree()
        tree.file("big", String(repeating: "x", count: (1 << 20) + 1))
        let bench = HostAPIBench()
        let messages = [
            (
                "agent.exec({ 'no-such-program' })",
                "agent.exec: \"no-such-program\" could not be started: there is no such program in PATH (/usr/bin:/bin)"
            ),
            ("agent.exec({})", "agent.exec: argument 1 (argv) is a table, expected a program and its arguments"),
            ("agent.exec('ls -l')", "agent.exec: argument 1 (argv) is \"ls -l\", expected a list of strings"),
            (
                "agent.exec({ 'true' }, { directory = 'x' })",
                "agent.exec: directory: is \"x\", expected an absolute path"
            ),
            (
                "agent.files.read('\(tree.path)/none')",
                "agent.files.read: \(tree.path)/none: no such file or directory"
            ),
            (
                "agent.files.read('\(tree.path)/big')",
                "agent.files.read: \(tree.path)/big: longer than 1M, which is the most that is read"
            ),
            (
                "agent.files.write('\(tree.path)', 'x')",
                "agent.files.write: \(tree.path): not a regular file"
            ),
            (
                "agent.files.write('\(tree.path)/x', string.rep('x', 1048577))",
                "agent.files.write: \(tree.path)/x: longer than 1M, which is the most that is written"
            ),
            (
                "agent.files.read('etc/passwd')",
                "agent.files.read: argument 1 (path) is \"etc/passwd\", expected an absolute path"
            ),
        ]
        for (body, message) in messages {
            let found = await bench.message(body)
            #expect(found == "test.lua:1: " + message)
        }
    }
}
