import Files
import Glibc
import Model
import TestKit
import Testing

@Suite("Reading files and directories")
struct ReadingTests {
    private let tree = FileTree()

    @Test("a directory's names come sorted by their bytes")
    func names() throws {
        for name in ["b", "a", "B", "10", "9", "é"] { tree.file(name) }
        #expect(try Directory.names(in: tree.path) == ["10", "9", "B", "a", "b", "é"])
        let problem = #expect(throws: Problem.self) { try Directory.names(in: tree.path("gone")) }
        #expect(problem == Problem(.notFound, "\(tree.path("gone")): no such file or directory"))
    }

    @Test("a file within the limit is read whole, one beyond it not at all")
    func limit() throws {
        let path = tree.file("file", String(repeating: "x", count: 2048))
        #expect(try FileContent.read(path, limit: 2048).count == 2048)
        #expect(try FileContent.beginning(of: path, count: 5) == Array("xxxxx".utf8))
        let problem = #expect(throws: Problem.self) { try FileContent.read(path, limit: 1024) }
        #expect(problem == Problem(.limit, "\(path): longer than 1K, which is the most that is read"))
    }

    @Test("a pipe or a directory of that name is refused, and does not keep us waiting")
    func notRegular() throws {
        let pipe = tree.path("pipe")
        mkfifo(pipe, 0o644)
        for path in [pipe, tree.path] {
            let problem = #expect(throws: Problem.self) { try FileContent.read(path, limit: 10) }
            #expect(problem == Problem(.invalid, "\(path): not a regular file"))
        }
    }
}
