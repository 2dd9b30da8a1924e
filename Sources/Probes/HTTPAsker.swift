import HTTPClient
import Model

/// Asks a URL. What counts is the status; redirects are answers like any other.
struct HTTPAsker: Asker {
    /// More of a body is not waited for: some pages never end.
    private static let mostBody = 64 * 1024

    let probe: HealthDefinition.HTTPProbe
    let timeout: Duration
    let client: HTTPClient

    func ask() async -> ProbeAnswer {
        var request = HTTPRequest(url: probe.url, timeout: timeout)
        request.connectTimeout = timeout
        // The old release may still serve its old connections while the new one is refused by nobody.
        request.reusesConnections = false
        let place = request.place
        let shown = "http \(probe.shown)"
        do throws(Problem) {
            let read = BodyCount(limit: HTTPAsker.mostBody)
            let response = try await client.stream(request) { read.add($0.count) }
            if probe.statuses.contains(where: { $0.contains(response.status) }) { return .content }
            return .complaint("\(shown): answered \(response.status), expected \(expected)")
        } catch {
            let start = "\(place): "
            let reason = error.message.hasPrefix(start) ? String(error.message.dropFirst(start.count)) : error.message
            return .complaint("\(shown): \(reason)")
        }
    }

    private var expected: String {
        probe.statuses.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}
