import Files
import TestKit
import Testing

@Suite("Who can read a file")
struct FileSecrecyTests {
    private let tree = FileTree()

    @Test("a file that everyone can read is told with its mode")
    func open() {
        #expect(
            FileSecrecy.objection(to: tree.file("a/open", mode: 0o644))
                == "everyone on this machine can read it (mode 0644)")
        #expect(
            FileSecrecy.objection(to: tree.link("link", to: tree.path("a/open")))
                == "everyone on this machine can read it (mode 0644)")
    }

    @Test("one for its owner and its group is not, nor one below a directory that is closed")
    func closed() {
        #expect(FileSecrecy.objection(to: tree.file("own", mode: 0o600)) == nil)
        #expect(FileSecrecy.objection(to: tree.file("group", mode: 0o640)) == nil)
        tree.directory("closed", mode: 0o700)
        let below = tree.file("closed/deep/open", mode: 0o644)
        #expect(FileSecrecy.objection(to: below) == nil)
        // Through a link outside it is as closed.
        #expect(FileSecrecy.objection(to: tree.link("link", to: below)) == nil)
        #expect(FileSecrecy.objection(to: tree.path("none")) == nil)
    }
}
