import Lifecycle
import Model

/// Looks at the health of many services, of which any may hang: several at a time, and not longer than its time.
struct HealthRound: Sendable {
    typealias Health = ServiceReport.Health

    /// More at once would be a burst of programs on the machine that is to be looked at.
    static let width = 16
    /// Below what a client waits for its answer.
    static let time: Duration = .seconds(10)

    let clock: any WallClock
    var width = HealthRound.width
    var time = HealthRound.time
    let look: @Sendable (Deploy) async -> Health

    /// In the order of the deploys. What is not known when the time is over is unknown; it is broken off, and not
    /// waited for.
    func health(of deploys: [Deploy]) async -> [Health] {
        let limit = time.text
        var found = [Health](
            repeating: .unknown(reason: "not looked at: the probes of other services took \(limit)"),
            count: deploys.count)
        let (findings, sink) = AsyncStream.makeStream(of: (Int, Health).self)
        let looking = Task {
            await withTaskGroup(of: Void.self) { group in
                for (index, deploy) in deploys.enumerated() {
                    if index >= width { await group.next() }
                    guard !Task.isCancelled else { break }
                    group.addTask { [look] in
                        sink.yield((index, .unknown(reason: "no answer within \(limit)")))
                        let health = await look(deploy)
                        // What was broken off says nothing about the service.
                        if !Task.isCancelled { sink.yield((index, health)) }
                    }
                }
            }
            sink.finish()
        }
        let alarm = Task { [clock, time] in
            do throws(Problem) { try await clock.sleep(for: time) } catch { return }
            sink.finish()
        }
        for await (index, health) in findings { found[index] = health }
        looking.cancel()
        alarm.cancel()
        return found
    }
}
