import Dispatch
import Glibc

/// TERM and INT end the agent, HUP has it read its settings again.
///
/// Made before anything else: what comes while the agent still starts is kept until it waits. A second TERM or INT
/// ends the program at once, whatever it is at; the journal can take that at any time.
final class Signals {
    private let sources: [any DispatchSourceSignal]
    private let hangUps: AsyncStream<Void>
    private let hangUp: AsyncStream<Void>.Continuation
    private let ends: AsyncStream<Void>

    init() {
        let numbers = [SIGHUP, SIGTERM, SIGINT]
        // Until the source is there; one of the others may end the program then, which has done nothing yet.
        signal(SIGHUP, SIG_IGN)
        // On a queue of its own, one after the other: so that the second of two is the second.
        let queue = DispatchQueue(label: "signals")
        let (hangUps, hangUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (ends, end) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.hangUps = hangUps
        self.hangUp = hangUp
        self.ends = ends
        let seen = Seen()
        sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard number != SIGHUP else { return _ = hangUp.yield() }
                // Two that come before the first is looked at are one event.
                seen.count += Int(source.data)
                if seen.count > 1 { _exit(130) }
                end.yield()
            }
            source.resume()
            return source
        }
    }

    /// Returns when the agent shall stop.
    func wait(reload: @escaping @Sendable () async -> Void) async {
        Task { [hangUps] in
            for await _ in hangUps { await reload() }
        }
        for await _ in ends { break }
        // One that is being done is not cut off.
        hangUp.finish()
    }

    /// Touched on the queue of the signals only.
    private final class Seen: @unchecked Sendable {
        var count = 0
    }
}
