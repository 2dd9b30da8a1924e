import Glibc
package import Model

/// A group of this machine.
package struct GroupAccount: Hashable, Sendable {
    package let name: String
    /// Whom the group's own entry names; those whose first group it is are not among them.
    package let members: [String]

    /// Nil when there is none of that number. May ask the network: not for Swift's cooperative pool.
    package static func find(_ gid: UInt32) throws(Problem) -> GroupAccount? {
        var size = 1024
        while true {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            var entry = group()
            var found: UnsafeMutablePointer<group>?
            let error = getgrgid_r(gid, &entry, buffer, size, &found)
            switch error {
            case 0:
                guard found != nil else { return nil }
                var members: [String] = []
                var next = entry.gr_mem
                while let pointer = next, let member = pointer.pointee {
                    members.append(String(cString: member))
                    next = pointer + 1
                }
                return GroupAccount(name: String(cString: entry.gr_name), members: members)
            case ERANGE where size < 1024 * 1024:
                size *= 4
            case ENOENT, ESRCH:
                return nil
            default:
                throw Problem(.failed, "group \(gid) could not be looked up: \(systemMessage(error))")
            }
        }
    }
}
