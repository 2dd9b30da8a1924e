package import Model

package struct ServerRequest: Sendable {
    package enum Peer: Sendable, Hashable {
        case tcp(address: String, port: UInt16)
        /// As the kernel knows them, from when the connection was made.
        case unix(uid: UInt32, gid: UInt32, pid: Int32)
    }

    package let method: String
    /// Decoded; it begins with a slash and holds no NUL. Dot segments are left as they came.
    package let path: String
    /// As it came, for what was signed or has an encoded slash in it.
    package let rawPath: String
    /// Decoded, in order, with "+" read as a space.
    package let query: [(String, String)]
    package let headers: HTTPHeaders
    package let body: [UInt8]
    package let peer: Peer

    /// The first value of that name in the query.
    package func query(_ name: String) -> String? {
        query.first { $0.0 == name }?.1
    }

    package init(
        method: String, path: String, rawPath: String, query: [(String, String)] = [],
        headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], peer: Peer
    ) {
        self.method = method
        self.path = path
        self.rawPath = rawPath
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}
