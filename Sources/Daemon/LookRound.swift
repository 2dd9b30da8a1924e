import Lifecycle
import Model

/// Looks at many services, of which any may hang: at several at a time, and not longer than its time.
struct LookRound<Finding: Sendable>: Sendable {
    /// More at once would be a burst on the machine that is to be looked at.
    static var width: Int { 16 }
    /// Below what a client waits for its answer.
    static var time: Duration { .seconds(10) }

    let clock: any WallClock
    var width = LookRound.width
    var time = LookRound.time
    /// What is found where nothing is; the reason is for people.
    let unknown: @Sendable (String) -> Finding
    let look: @Sendable (Deploy) async -> Finding

    /// In the order of the deploys. What is not known when the time is over is unknown; it is broken off, and not
    /// waited for.
    func findings(of deploys: [Deploy]) async -> [Finding] {
        let limit = time.text
        var found = [Finding](
            repeating: unknown("not looked at: other services took \(limit)"), count: deploys.count)
        let (findings, sink) = AsyncStream.makeStream(of: (Int, Finding).self)
        let looking = Task {
            await withTaskGroup(of: Void.self) { group in
                for (index, deploy) in deploys.enumerated() {
                    if index >= width { await group.next() }
                    guard !Task.isCancelled else { break }
                    group.addTask { [look, unknown] in
                        sink.yield((index, unknown("no answer within \(limit)")))
                        let finding = await look(deploy)
                        // What was broken off says nothing about the service.
                        if !Task.isCancelled { sink.yield((index, finding)) }
                    }
                }
            }
            sink.finish()
        }
        let alarm = Task { [clock, time] in
            do throws(Problem) { try await clock.sleep(for: time) } catch { return }
            sink.finish()
        }
        for await (index, finding) in findings { found[index] = finding }
        looking.cancel()
        alarm.cancel()
        return found
    }
}
