import Glibc
import Model

/// What a program that runs as another user needs: ids and supplementary groups.
struct Credentials {
    let user: uid_t
    let group: gid_t
    let groups: [gid_t]

    /// From `name` or `name:group`. Nil when that is what we are already, and may not change anyway.
    init?(_ text: String) throws(Problem) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let account = try UserAccount.find(parts[0])
        user = account.uid
        group = parts.count == 2 ? try Credentials.findGroup(parts[1]) : account.gid
        if geteuid() != 0, user == geteuid(), group == getegid() { return nil }
        groups = Credentials.supplementaryGroups(of: account.name, with: group)
    }

    private static func findGroup(_ group: String) throws(Problem) -> gid_t {
        var size = 1024
        while true {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            var entry = Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let error = getgrnam_r(group, &entry, buffer, size, &found)
            if found != nil { return entry.gr_gid }
            // A group's entry lists its members, which can be many.
            if error == ERANGE, size < 16 * 1024 * 1024 {
                size *= 4
                continue
            }
            if let number = gid_t(group) { return number }
            throw Problem(.invalid, "there is no group \"\(group)\"")
        }
    }

    private static func supplementaryGroups(of user: String, with group: gid_t) -> [gid_t] {
        var capacity: Int32 = 32
        while true {
            var groups = [gid_t](repeating: 0, count: Int(capacity))
            // Says through `capacity` how many there are.
            if getgrouplist(user, group, &groups, &capacity) >= 0 { return Array(groups.prefix(Int(capacity))) }
        }
    }
}
