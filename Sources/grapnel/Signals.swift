import Dispatch
import Glibc

/// TERM and INT end the agent, HUP has it read its settings again.
enum Signals {
    /// Returns when the agent shall stop. A second TERM or INT ends the program at once; the journal can
    /// take that at any time.
    static func wait(reload: @escaping @Sendable () async -> Void) async {
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_IGN) }
        let hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        hangUp.setEventHandler { Task { await reload() } }
        hangUp.resume()
        let ends = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(2))
        for end in ends {
            end.setEventHandler { continuation.yield() }
            end.resume()
        }
        for await _ in stream { break }
        for end in ends { end.setEventHandler { _exit(130) } }
        sources.append(contentsOf: [hangUp] + ends)
    }

    /// A source that nobody holds is gone, and its signal with it.
    nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []
}
