import Model
import Processes

/// Connects to a port and closes the connection at once.
struct TCPAsker: Asker {
    let probe: HealthDefinition.TCPProbe
    let timeout: Duration

    func ask() async -> ProbeAnswer {
        let attempt = ConnectionAttempt(host: probe.host, port: probe.port, timeout: timeout)
        let answer: String?
        do {
            answer = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await OwnThread.run { attempt.failure() } ?? "broken off" }
                // The resolver of names keeps no deadline.
                group.addTask {
                    try await Task.sleep(for: timeout + .milliseconds(500))
                    return "the name was not resolved within \(timeout.text)"
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch {
            answer = (error as? Problem)?.message ?? "broken off"
        }
        return answer.map { .complaint("tcp \(probe.shown): \($0)") } ?? .content
    }
}
