import Model
import Synchronization

/// What a program in a container prints: the beginning of each stream is kept, and each line is called out as it comes.
final class ContainerOutput: Sendable {
    private struct State {
        var kept: [ContainerStream: [UInt8]] = [:]
        var isTruncated = false
        var lines = StreamedLines()
    }

    private let state = Mutex(State())
    /// Of each stream, in bytes.
    private let limit: Int
    /// Nil when nobody wants the lines. Answers whether it was taken.
    private let line: (@Sendable (ContainerStream, [UInt8]) -> Bool)?

    init(limit: Int, line: (@Sendable (ContainerStream, [UInt8]) -> Bool)?) {
        self.limit = limit
        self.line = line
    }

    func take(_ stream: ContainerStream, _ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            let room = limit - state.kept[stream, default: []].count
            if room > 0 { state.kept[stream, default: []] += bytes.prefix(room) }
            if bytes.count > room { state.isTruncated = true }
            guard let line else { return }
            var isLost = false
            state.lines.add(stream, bytes) { if !line(stream, $0) { isLost = true } }
            if isLost || state.lines.hasCut { state.isTruncated = true }
        }
    }

    /// Everything was printed.
    func end() {
        guard let line else { return }
        state.withLock { state in
            var isLost = false
            state.lines.finish { if !line($0, $1) { isLost = true } }
            if isLost || state.lines.hasCut { state.isTruncated = true }
        }
    }

    var isTruncated: Bool { state.withLock { $0.isTruncated } }

    subscript(stream: ContainerStream) -> [UInt8] { state.withLock { $0.kept[stream] ?? [] } }
}
