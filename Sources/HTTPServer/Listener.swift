package import Glibc

package enum Listener: Sendable, Hashable {
    /// An IPv4 or IPv6 address; `::` takes IPv4 connections too. Port 0 takes a free one.
    case tcp(host: String, port: UInt16)
    /// A stale file at the path is replaced. The group, when given, becomes the file's.
    case unix(path: String, mode: mode_t = 0o600, group: gid_t? = nil)
}
