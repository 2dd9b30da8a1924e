import HTTPClient
import Model

/// Asks the agent that runs on a home, as `grapnel deploy` does.
enum AgentBench {
    /// Deploys of the service `web`, one after the other.
    static func deploys(_ count: Int, home: String) async throws(Problem) -> Double {
        let client = HTTPClient()
        let socket = Home(under: home).socket
        let watch = Stopwatch()
        for _ in 0..<count {
            let accepted = try await ask(client, "POST", "/v1/services/web/deploy", socket)
            guard let id = accepted["id"]?.string else { throw Problem(.failed, "declined: \(accepted.text)") }
            let report = try await ask(client, "GET", "/v1/deploys/\(id)/outcome", socket)
            guard report["outcome"]?.string == "deployed" else { throw Problem(.failed, "\(report.text)") }
        }
        return watch.microseconds(each: count)
    }

    private static func ask(
        _ client: HTTPClient, _ method: String, _ path: String, _ socket: String
    ) async throws(Problem) -> JSON {
        let request = HTTPRequest(method: method, url: "http://localhost\(path)", unixSocket: socket)
        return try JSON(parsing: try await client.send(request).body)
    }
}
