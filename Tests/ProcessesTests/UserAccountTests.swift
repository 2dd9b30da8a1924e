import Glibc
import Model
import Processes
import Testing

@Suite struct UserAccountTests {
    @Test func aUserIsFoundByNameAndByNumber() throws {
        let root = try UserAccount.find("root")
        #expect(root.uid == 0)
        #expect(root.gid == 0)
        #expect(root.home == "/root")
        #expect(root.shell.hasPrefix("/"))
        #expect(try UserAccount.find("0") == root)
    }

    @Test func anUnknownUserIsAProblem() {
        #expect(throws: Problem(.invalid, #"there is no user "nobody-here""#)) {
            try UserAccount.find("nobody-here")
        }
        #expect(throws: Problem(.invalid, #"there is no user """#)) { try UserAccount.find("") }
    }
}
