/// What "works" means for a service, and how long it may take. All probes that are given must pass.
package struct HealthDefinition: Hashable, Sendable {
    package struct HTTPProbe: Hashable, Sendable {
        package var url: String
        package var statuses: [ClosedRange<Int>]

        package init(url: String, statuses: [ClosedRange<Int>] = [200...299]) {
            self.url = url
            self.statuses = statuses
        }
    }

    package struct TCPProbe: Hashable, Sendable {
        package var host: String
        package var port: UInt16

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    package var http: HTTPProbe?
    package var tcp: TCPProbe?
    /// Run on this machine; exit code 0 is healthy. For a script service it starts in that script's directory, as
    /// that script's user: what that user can write must not run as the agent.
    package var exec: [String]?
    /// The outer deadline of the gate.
    package var grace: Duration
    /// How long it must hold without a break.
    package var stable: Duration
    package var interval: Duration
    /// For one probe.
    package var timeout: Duration

    package init(
        http: HTTPProbe? = nil, tcp: TCPProbe? = nil, exec: [String]? = nil, grace: Duration = .seconds(60),
        stable: Duration = .seconds(10), interval: Duration = .seconds(2), timeout: Duration = .seconds(5)
    ) {
        self.http = http
        self.tcp = tcp
        self.exec = exec
        self.grace = grace
        self.stable = stable
        self.interval = interval
        self.timeout = timeout
    }
}
