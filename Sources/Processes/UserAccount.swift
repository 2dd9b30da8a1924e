package import Glibc
package import Model

/// A user of this machine.
package struct UserAccount: Hashable, Sendable {
    package let name: String
    package let uid: uid_t
    package let gid: gid_t
    package let home: String
    package let shell: String

    /// By name, or by number if no user has that name. May ask the network: not for Swift's cooperative pool.
    package static func find(_ user: String) throws(Problem) -> UserAccount {
        if let found = try look(getpwnam_r, for: user) { return found }
        if let number = uid_t(user), let found = try look(getpwuid_r, for: number) { return found }
        throw Problem(.invalid, "there is no user \"\(user)\"")
    }

    private static func look<Key>(
        _ function: (
            Key, UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32,
        for key: Key
    ) throws(Problem) -> UserAccount? {
        var size = 1024
        while true {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let error = function(key, &entry, buffer, size, &found)
            switch error {
            case 0:
                guard found != nil else { return nil }
                return UserAccount(
                    name: String(cString: entry.pw_name), uid: entry.pw_uid, gid: entry.pw_gid,
                    home: String(cString: entry.pw_dir), shell: String(cString: entry.pw_shell))
            case ERANGE where size < 1024 * 1024:
                size *= 4
            case ENOENT, ESRCH:
                // Some name services say it like this.
                return nil
            default:
                throw Problem(.failed, "user \"\(key)\" could not be looked up: \(systemMessage(error))")
            }
        }
    }
}
