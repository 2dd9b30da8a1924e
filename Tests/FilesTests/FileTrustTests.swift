import Files
import Glibc
import TestKit
import Testing

@Suite("Trust in files")
struct FileTrustTests {
    private let tree = FileTree()
    private let trust = FileTrust()

    @Test("what belongs to us and nobody else may write to is trusted, also below a sticky directory such as /tmp")
    func trusted() {
        #expect(trust.objection(to: tree.file("a/b/file")) == nil)
        #expect(trust.objection(to: tree.path("a/b")) == nil)
        #expect(trust.objection(to: "/") == nil)
        #expect(trust.objection(to: "/dev/null") == "it is writable by everyone (mode 0666)")
    }

    @Test("a file that others may write to is not")
    func writableFile() {
        #expect(trust.objection(to: tree.file("all", mode: 0o666)) == "it is writable by everyone (mode 0666)")
        #expect(trust.objection(to: tree.file("group", mode: 0o775)) == "it is writable by its group (mode 0775)")
    }

    @Test("a directory above that others may write to is not, and is named")
    func writableDirectory() {
        tree.directory("open", mode: 0o777)
        let path = tree.file("open/deep/file")
        #expect(trust.objection(to: path) == "\(tree.path("open")) is writable by everyone (mode 0777)")
    }

    @Test("a sticky directory is fine above one's own, but not as the directory that is asked about")
    func sticky() {
        let sticky = tree.directory("sticky", mode: 0o1777)
        #expect(trust.objection(to: tree.file("sticky/file")) == nil)
        #expect(trust.objection(to: sticky) == "it is writable by everyone (mode 1777)")
    }

    @Test("what belongs to another user is not", .enabled(if: geteuid() == 0))
    func owner() {
        let path = tree.file("file")
        chown(path, 4321, 0)
        #expect(trust.objection(to: path) == "it belongs to user 4321, expected root")
        #expect(FileTrust(owner: 4321).objection(to: path) == nil)
        #expect(FileTrust(owner: 99).objection(to: path) == "it belongs to user 4321, expected root or user 99")

        let below = tree.file("theirs/file")
        chown(tree.path("theirs"), 4321, 0)
        #expect(trust.objection(to: below) == "\(tree.path("theirs")) belongs to user 4321, expected root")
    }

    @Test("a link is judged by what it leads to, and by the way there")
    func links() {
        tree.directory("open", mode: 0o777)
        let bad = tree.file("open/bad")
        #expect(
            trust.objection(to: tree.link("link", to: bad))
                == "\(tree.path("open")) is writable by everyone (mode 0777)")
        #expect(
            trust.objection(to: tree.link("relative", to: "./open/../fine"))
                == "\(tree.path("open")) is writable by everyone (mode 0777)")
        tree.file("fine")
        #expect(trust.objection(to: tree.link("good", to: "../\(tree.path.split(separator: "/").last!)/fine")) == nil)
        #expect(trust.objection(to: tree.path("good/x"))?.hasSuffix("not a directory") == true)
    }

    @Test("links that go round in a circle end")
    func circle() {
        tree.link("a", to: "b")
        tree.link("b", to: "a")
        #expect(trust.objection(to: tree.path("a")) == "it is a link in a circle of links")
    }

    @Test("what is not there cannot be trusted")
    func missing() {
        #expect(trust.objection(to: tree.path("gone")) == "it cannot be read: no such file or directory")
        #expect(trust.objection(to: "gone") == "gone is not an absolute path")
    }
}
