package import Model

package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// The URL that answered, after redirects.
    package let effectiveURL: String
    /// The address of who answered; nil when that may be a proxy's.
    package let peer: String?

    package var text: String { String(decoding: body, as: UTF8.self) }

    package init(status: Int, headers: HTTPHeaders, body: [UInt8], effectiveURL: String, peer: String? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.effectiveURL = effectiveURL
        self.peer = peer
    }
}
