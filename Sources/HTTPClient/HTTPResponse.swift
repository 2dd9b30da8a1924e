package import Model

package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// The URL that answered, after redirects.
    package let effectiveURL: String

    package var text: String { String(decoding: body, as: UTF8.self) }

    package init(status: Int, headers: HTTPHeaders, body: [UInt8], effectiveURL: String) {
        self.status = status
        self.headers = headers
        self.body = body
        self.effectiveURL = effectiveURL
    }
}
