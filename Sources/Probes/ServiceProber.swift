package import HTTPClient
package import Lifecycle
package import Model

/// The probes that Grapnel makes itself. One round asks all that the service has, at the same time; all of them must
/// be content.
package struct ServiceProber: Prober {
    /// The agent's own environment, of which little is passed on to programs.
    private let environment: [String: String]
    /// Where programs start that have no directory of their own.
    private let directory: String
    private let client: HTTPClient

    package init(environment: [String: String], directory: String, client: HTTPClient) {
        self.environment = environment
        self.directory = directory
        self.client = client
    }

    package func probe(_ deploy: Deploy) async throws(Problem) -> ProbeFinding? {
        let health = deploy.service.health
        guard health.http != nil || health.tcp != nil || health.exec != nil else { return nil }
        async let http = ask(health.http.map { HTTPAsker(probe: $0, timeout: health.timeout, client: client) })
        async let tcp = ask(health.tcp.map { TCPAsker(probe: $0, timeout: health.timeout) })
        async let exec = ask(
            health.exec.map {
                ExecAsker(
                    arguments: $0, timeout: health.timeout, deploy: deploy, environment: environment,
                    directory: directory)
            })
        let complaints = await [http, tcp, exec].compactMap { $0 }
        // What was broken off says nothing about the service.
        if Task.isCancelled { throw Problem(.interrupted, "the agent is being stopped") }
        return complaints.isEmpty ? .healthy : .notYet(reason: complaints.joined(separator: "; "))
    }

    private func ask(_ asker: (any Asker)?) async -> String? { await asker?.complaint() }
}

/// One kind of probe, about to be made.
protocol Asker: Sendable {
    /// Nil when all is well; otherwise which probe it was and what was wrong, as one sentence.
    func complaint() async -> String?
}
