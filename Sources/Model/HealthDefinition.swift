/// What "works" means for a service, and how long it may take. All probes that are given must pass.
package struct HealthDefinition: Hashable, Sendable {
    package struct HTTPProbe: Hashable, Sendable {
        package var url: String
        package var statuses: [ClosedRange<Int>]
        /// For plans and complaints.
        package let shown: String

        /// `source` is the URL as the settings have it, before variables were filled in: what they hold is not shown.
        package init(url: String, statuses: [ClosedRange<Int>] = [200...299], source: String? = nil) {
            self.url = url
            self.statuses = statuses
            shown = URLText.shown(source ?? url)
        }
    }

    package struct TCPProbe: Hashable, Sendable {
        package var host: String
        package var port: UInt16
        /// For plans and complaints.
        package let shown: String

        /// `source` is the address as the settings have it, before variables were filled in.
        package init(host: String, port: UInt16, source: String? = nil) {
            self.host = host
            self.port = port
            shown = source ?? (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)")
        }
    }

    package struct ExecProbe: Hashable, Sendable {
        package var arguments: [String]
        /// The same for plans and complaints.
        package let shown: [String]

        /// `source` are the words as the settings have them, before variables were filled in.
        package init(_ arguments: [String], source: [String]? = nil) {
            self.arguments = arguments
            shown = source ?? arguments
        }
    }

    package var http: HTTPProbe?
    package var tcp: TCPProbe?
    /// Run on this machine; exit code 0 is healthy. For a script service it starts in that script's directory, as
    /// that script's user: what that user can write must not run as the agent.
    package var exec: ExecProbe?
    /// The outer deadline of the gate.
    package var grace: Duration
    /// How long it must hold without a break.
    package var stable: Duration
    package var interval: Duration
    /// For one probe.
    package var timeout: Duration

    package init(
        http: HTTPProbe? = nil, tcp: TCPProbe? = nil, exec: ExecProbe? = nil, grace: Duration = .seconds(60),
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
