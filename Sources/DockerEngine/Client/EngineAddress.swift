import HTTPClient
package import Model

/// Where the engine listens, as `DOCKER_HOST` says it.
package struct EngineAddress: Hashable, Sendable, CustomStringConvertible {
    /// As people write it.
    package let description: String
    let base: String
    let unixSocket: String?
    let tls: HTTPRequest.TLSOptions

    package static let usual = EngineAddress(socket: "/var/run/docker.sock")

    package init(socket path: String) {
        description = "unix://\(path)"
        base = "http://engine"
        unixSocket = path
        tls = HTTPRequest.TLSOptions()
    }

    private init(description: String, base: String, tls: HTTPRequest.TLSOptions) {
        self.description = description
        self.base = base
        unixSocket = nil
        self.tls = tls
    }

    /// `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` mean what they mean to `docker`.
    package init(environment: [String: String]) throws(Problem) {
        guard let host = environment["DOCKER_HOST"], !host.isEmpty else {
            self = .usual
            return
        }
        func refuse(_ reason: String) -> Problem {
            Problem(
                .invalid,
                "DOCKER_HOST: \"\(host)\" \(reason), expected for example \"unix:///var/run/docker.sock\" or "
                    + "\"tcp://10.0.0.1:2376\"")
        }
        if host.hasPrefix("unix://") {
            let path = String(host.dropFirst("unix://".count))
            guard path.hasPrefix("/") else { throw refuse("names no absolute path") }
            self.init(socket: path)
            return
        }
        guard host.hasPrefix("tcp://") else { throw refuse("is neither unix:// nor tcp://") }
        let authority = host.dropFirst("tcp://".count)
        guard !authority.isEmpty, !authority.contains(where: { "/?#@ ".contains($0) }) else {
            throw refuse("is not a host and a port")
        }
        let verifies = environment["DOCKER_TLS_VERIFY"].map { !$0.isEmpty } ?? false
        guard verifies || environment["DOCKER_TLS"].map({ !$0.isEmpty }) == true else {
            self.init(description: host, base: "http://\(authority)", tls: HTTPRequest.TLSOptions())
            return
        }
        guard let directory = environment["DOCKER_CERT_PATH"] ?? environment["HOME"].map({ $0 + "/.docker" }) else {
            throw Problem(
                .invalid, "DOCKER_CERT_PATH: it is not set, expected a directory with ca.pem, cert.pem and key.pem")
        }
        self.init(
            description: host, base: "https://\(authority)",
            tls: HTTPRequest.TLSOptions(
                caFile: directory + "/ca.pem", clientCertificate: directory + "/cert.pem",
                clientKey: directory + "/key.pem", verify: verifies))
    }
}
