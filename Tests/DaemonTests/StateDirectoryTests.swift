import Glibc
import Model
import TestKit
import Testing

@testable import Daemon

struct StateDirectoryTests {
    private let files = FileTree()

    @Test func `it is made for its owner alone`() throws {
        try StateDirectory.make(files.path("state"))
        #expect(files.mode(of: "state") == 0o700)
    }

    @Test(arguments: [0o700, 0o750, 0o755, 0o500] as [mode_t])
    func `one that is there and that nobody else can write is taken as it is`(_ mode: mode_t) throws {
        files.directory("state", mode: mode)
        try StateDirectory.make(files.path("state"))
        #expect(files.mode(of: "state") == mode)
    }

    @Test func `a link to such a directory will do`() throws {
        files.directory("elsewhere", mode: 0o700)
        files.link("state", to: files.path("elsewhere"))
        try StateDirectory.make(files.path("state"))
    }

    @Test(arguments: [0o720, 0o702, 0o777, 0o1777] as [mode_t])
    func `one that others can write is refused, and stays as it is`(_ mode: mode_t) {
        let path = files.directory("state", mode: mode)
        let text = "\(path) can be written by others: chmod go-w it, expected 0700"
        #expect(throws: Problem(.forbidden, text)) { try StateDirectory.make(path) }
        #expect(files.mode(of: "state") == mode)
    }

    @Test(.enabled(if: geteuid() == 0)) func `one that belongs to somebody else is refused`() {
        let path = files.directory("state", mode: 0o700)
        chown(path, 65534, 65534)
        #expect(throws: Problem(.forbidden, "\(path) belongs to user 65534, expected root")) {
            try StateDirectory.make(path)
        }
    }

    @Test func `a file in its place is refused`() {
        let path = files.file("state")
        #expect(throws: Problem(.invalid, "\(path) is not a directory")) { try StateDirectory.make(path) }
    }

    @Test func `without the directory above it there is none`() {
        let path = files.path("nowhere/state")
        #expect(throws: Problem(.notFound, "\(path) could not be made: no such file or directory")) {
            try StateDirectory.make(path)
        }
    }

    @Test func `a link that leads nowhere is said`() {
        let path = files.link("state", to: files.path("nowhere"))
        #expect(throws: Problem(.notFound, "\(path) could not be looked at: no such file or directory")) {
            try StateDirectory.make(path)
        }
    }
}
