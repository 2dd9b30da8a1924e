import Glibc
import HTTPServer

extension ServerRequest {
    /// Who asks, for the history: the kernel vouches for the user at the other end of the socket.
    var caller: String? {
        guard case .unix(let uid, _, _) = peer else { return nil }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else { return "uid \(uid)" }
        return String(cString: name)
    }
}
