package import Lifecycle
package import Model
import Synchronization

extension ServiceContainer {
    package func readLog(
        _ query: ContainerLogQuery, of deploy: Deploy, output: @escaping ContainerStream.Output
    ) async throws(Problem) {
        let container = try await present(deploy)
        var parameters = [
            ("stdout", "1"), ("stderr", "1"), ("timestamps", query.timestamps ? "1" : "0"),
            ("follow", query.follow ? "1" : "0"), ("tail", query.tail.map { "\($0)" } ?? "all"),
        ]
        if let since = query.since { parameters.append(("since", ServiceContainer.engineText(since))) }
        // With a terminal there are no frames.
        let isPlain = container.config["Tty"]?.bool ?? false
        let frames = Mutex(StreamFrames())
        let isForeign = Atomic(false)
        do throws(Problem) {
            try await engine.stream("GET", "/containers/\(container.id)/logs", parameters, timeout: query.timeout) {
                bytes in
                if isPlain {
                    output(.stdout, bytes)
                    return true
                }
                if frames.withLock({ $0.take(bytes, output) }) { return true }
                isForeign.store(true, ordering: .relaxed)
                return false
            }
        } catch {
            guard error.cause?.code == .timeout, let timeout = query.timeout else { throw error }
            if query.follow { return }
            throw Problem(.timeout, "the engine takes longer than \(timeout.text) for the log of \"\(container.name)\"")
        }
        if isForeign.load(ordering: .relaxed) {
            throw Problem(.invalid, "the engine: the log of \"\(container.name)\" does not come in frames")
        }
    }

    /// Seconds since 1970, with a fraction.
    private static func engineText(_ moment: Timestamp) -> String {
        let fraction = "\(moment.microseconds % 1_000_000)"
        return "\(moment.microseconds / 1_000_000).\(String(repeating: "0", count: 6 - fraction.utf8.count))\(fraction)"
    }
}
