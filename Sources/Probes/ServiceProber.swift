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
                    probe: $0, timeout: health.timeout, deploy: deploy, environment: environment,
                    directory: directory)
            })
        let answers = await [http, tcp, exec].compactMap { $0 }
        // What was broken off says nothing about the service.
        if Task.isCancelled { throw Problem(.interrupted, "the agent is being stopped") }
        let complaints = answers.compactMap { if case .complaint(let text) = $0 { text } else { nil } }
        guard complaints.isEmpty else { return .notYet(reason: complaints.joined(separator: "; ")) }
        for case .notAsked(let problem) in answers { throw problem }
        return .healthy
    }

    private func ask(_ asker: (any Asker)?) async -> ProbeAnswer? { await asker?.ask() }
}

/// One kind of probe, about to be made.
protocol Asker: Sendable {
    func ask() async -> ProbeAnswer
}

/// Sentences begin with which probe it was.
enum ProbeAnswer: Hashable, Sendable {
    case content
    case complaint(String)
    /// Nothing is known of the service, because the question could not be put.
    case notAsked(Problem)
}
