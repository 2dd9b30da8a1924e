package struct HTTPRequest: Sendable {
    package enum Proxy: Sendable, Hashable {
        case none
        /// What `http_proxy`, `https_proxy` and `no_proxy` say.
        case environment
        case url(String)
    }

    package struct TLSOptions: Sendable, Hashable {
        /// A PEM file of authorities to trust in place of the system's.
        package var caFile: String?
        package var clientCertificate: String?
        package var clientKey: String?
        package var verify: Bool

        package init(
            caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil, verify: Bool = true
        ) {
            self.caFile = caFile
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
            self.verify = verify
        }
    }

    package var method: String
    package var url: String
    package var headers: [(String, String)]
    package var body: [UInt8]
    /// The path of a unix socket to speak over; the URL's host is then only the Host header.
    package var unixSocket: String?
    /// For the whole exchange, redirects included; nil for a stream that may last.
    package var timeout: Duration? = .seconds(30)
    package var connectTimeout: Duration = .seconds(10)
    /// How long nothing may come, in whole seconds; nil for a stream that may be quiet.
    package var silence: Duration?
    /// Not for streams, which keep nothing.
    package var maximumResponseBytes = 4 << 20
    /// How many redirects are followed. `Authorization` and `Cookie` are not sent on to another host, port or scheme.
    package var followRedirects = 0
    package var tls = TLSOptions()
    package var proxy = Proxy.none
    package var barrier = AddressBarrier.none
    /// False for one that must not be answered over an old connection by a server that has meanwhile been replaced.
    package var reusesConnections = true
    /// For URLs whose path is a secret, as chat services have them: problems then show only the host.
    package var hidesPath = false

    package init(
        method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = [],
        unixSocket: String? = nil, timeout: Duration? = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.unixSocket = unixSocket
        self.timeout = timeout
    }
}
