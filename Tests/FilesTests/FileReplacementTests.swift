import Glibc
import Model
import Processes
import TestKit
import Testing

@testable import Files

@Suite("Replacing files of others")
struct FileReplacementTests {
    private let files = FileTree()
    private let old = Array("old\n".utf8)
    private let new = Array("new and longer\n".utf8)

    private func replacement(_ name: String = "compose.yml") -> FileReplacement {
        FileReplacement(files.path(name), old, with: new, mark: "mark")
    }

    private func content(_ name: String = "compose.yml") -> [UInt8] { FileTree.bytes(at: files.path(name)) }

    private var passing: String { ".compose.yml.grapnel-mark" }

    private func problem(_ work: () throws -> Void) -> Problem? {
        do { try work() } catch { return error as? Problem }
        return nil
    }

    @Test("Owner, mode and attributes stay, and nothing is left over")
    func keeps() async throws {
        let path = files.file("compose.yml", old, mode: 0o640)
        chown(path, 1234, 4321)
        try await python("os.setxattr(path, 'user.note', b'mine')", path)
        try replacement().replace()
        #expect(content() == new)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_uid == 1234 && status.st_gid == 4321 && status.st_mode & 0o7777 == 0o640)
        #expect(try await python("print(os.getxattr(path, 'user.note'))", path) == "b'mine'\n")
        #expect(try Directory.names(in: files.path) == ["compose.yml"])
        try replacement().reversed(mark: "mark").replace()
        #expect(content() == old)
    }

    @Test("Access lists stay")
    func accessLists() async throws {
        let path = files.file("compose.yml", old)
        // What `setfacl -m u:1234:rw` writes: version 2, then tag, permissions and id of each entry.
        let list =
            "b'\\x02\\0\\0\\0' + b''.join(struct.pack('<HHI', *e) for e in "
            + "[(1, 6, 2**32-1), (2, 6, 1234), (4, 4, 2**32-1), (16, 6, 2**32-1), (32, 4, 2**32-1)])"
        try await python("os.setxattr(path, 'system.posix_acl_access', \(list))", path)
        try replacement().replace()
        #expect(content() == new)
        let isSame = "print(os.getxattr(path, 'system.posix_acl_access') == \(list))"
        #expect(try await python(isSame, path) == "True\n")
    }

    @discardableResult
    private func python(_ line: String, _ path: String) async throws -> String {
        var spec = ProcessSpec(["/usr/bin/python3", "-c", "import os, struct, sys\npath = sys.argv[1]\n\(line)", path])
        spec.environment = ["PATH": "/usr/bin:/bin"]
        let result = try await Process.run(spec)
        guard result.succeeded else { throw Problem(.failed, result.errorsText) }
        return result.outputText
    }

    @Test("A file that somebody has changed is left as it is")
    func changed() throws {
        files.file("compose.yml", "mine\n")
        #expect(problem { try replacement().replace() }?.code == .conflict)
        #expect(content() == Array("mine\n".utf8))
        files.remove("compose.yml")
        #expect(problem { try replacement().replace() }?.code == .conflict)
        #expect(try Directory.names(in: files.path) == [])
    }

    @Test("What is done already is done")
    func again() throws {
        files.file("compose.yml", new)
        try replacement().replace()
        #expect(content() == new)
    }

    @Test("A file that was not there is made, and taken away again, but not over another")
    func made() throws {
        let path = files.path("compose.override.yml")
        let replacement = FileReplacement(path, nil, with: new, mark: "mark")
        try replacement.replace()
        #expect(content("compose.override.yml") == new)
        try replacement.reversed(mark: "mark").replace()
        #expect(try Directory.names(in: files.path) == [])
        files.file("compose.override.yml", "mine\n")
        #expect(problem { try replacement.replace() }?.code == .conflict)
        #expect(problem { try replacement.reversed(mark: "mark").replace() }?.code == .conflict)
        #expect(content("compose.override.yml") == Array("mine\n".utf8))
    }

    @Test("A file with several names is not taken apart")
    func hardLinks() throws {
        let path = files.file("compose.yml", old)
        link(path, files.path("other.yml"))
        #expect(problem { try replacement().replace() }?.code == .unsupported)
        #expect(content("other.yml") == old && content() == old)
        #expect(try Directory.names(in: files.path) == ["compose.yml", "other.yml"])
    }

    @Test("However it was cut off, it is made good")
    func cutOff() throws {
        // While the new content was being written, and when it was.
        for left in [[], Array("new a".utf8), new] {
            files.file("compose.yml", old)
            files.file(passing, left)
            try replacement().tidy()
            #expect(content() == old)
            #expect(try Directory.names(in: files.path) == ["compose.yml"])
        }
        // After the exchange.
        files.file("compose.yml", new)
        files.file(passing, old)
        try replacement().replace()
        #expect(content() == new)
        #expect(try Directory.names(in: files.path) == ["compose.yml"])
        // After the exchange with something that somebody had written in that moment.
        files.file("compose.yml", new)
        files.file(passing, "mine\n")
        try replacement().tidy()
        #expect(content() == Array("mine\n".utf8))
        #expect(try Directory.names(in: files.path) == ["compose.yml"])
        // The same when it was taken away.
        files.remove("compose.yml")
        files.file(passing, "mine\n")
        try FileReplacement(files.path("compose.yml"), old, with: nil, mark: "mark").tidy()
        #expect(content() == Array("mine\n".utf8))
    }

    @Test("Whoever writes at the same time never loses what was written")
    func races() async throws {
        let path = files.path("compose.yml")
        for round in 0..<200 {
            files.file("compose.yml", old)
            let mine = Array("mine \(round)\n".utf8)
            let (replacement, files) = (replacement(), files)
            async let editor: Void = Task.detached {
                // As editors do it.
                files.file("compose.yml~", mine)
                rename(files.path("compose.yml~"), path)
            }.value
            async let refusal = Task.detached { () -> Problem? in
                do throws(Problem) { try replacement.replace() } catch { return error }
                return nil
            }.value
            await editor
            let problem = await refusal
            #expect(content() == mine, "round \(round): \(problem?.message ?? "replaced")")
            #expect(problem == nil || problem?.code == .conflict || problem?.code == .notFound)
        }
    }
}
