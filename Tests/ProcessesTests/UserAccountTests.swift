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

    @Test func theEnvironmentOfAUserIsWhatALoginSets() async throws {
        let root = ["HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash"]
        let given = ["HOME": "/elsewhere", "USER": "someone"]
        #expect(try await UserAccount.environment(of: "root", given: given) == root)
        #expect(try await UserAccount.environment(of: "root:nogroup", given: given) == root)
        await #expect(throws: Problem(.invalid, #"there is no user "nobody-here""#)) {
            try await UserAccount.environment(of: "nobody-here", given: given)
        }
    }

    @Test func withoutAUserOnlyWhatIsMissingIsAdded() async throws {
        let given = ["HOME": "/elsewhere", "USER": "someone"]
        let added = try await UserAccount.environment(of: nil, given: given)
        #expect(Set(added.keys) == ["LOGNAME", "SHELL"])
    }
}
