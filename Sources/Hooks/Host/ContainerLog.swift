import LuaRuntime
import Model
import Synchronization

/// Lines of a container's log: the last of them are kept, and each is called out as it comes.
final class ContainerLog: Sendable {
    private struct State {
        /// Those before `first` are forgotten; they are removed a few thousand at a time.
        var kept: [[UInt8]] = []
        var first = 0
        var bytes = 0
        var isTruncated = false
        var lines = StreamedLines()
    }

    private let state = Mutex(State())
    /// In bytes, each line with its end.
    private let limit: Int
    private let line: (@Sendable (ContainerStream, [UInt8]) -> Bool)?

    init(limit: Int, line: (@Sendable (ContainerStream, [UInt8]) -> Bool)?) {
        self.limit = limit
        self.line = line
    }

    func take(_ stream: ContainerStream, _ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            var new: [[UInt8]] = []
            state.lines.add(stream, bytes) { new.append($0) }
            for line in new { keep(stream, line, &state) }
        }
    }

    /// Everything was read.
    func end() {
        state.withLock { state in
            var new: [(ContainerStream, [UInt8])] = []
            state.lines.finish { new.append(($0, $1)) }
            for (stream, line) in new { keep(stream, line, &state) }
        }
    }

    private func keep(_ stream: ContainerStream, _ new: [UInt8], _ state: inout State) {
        if let line, !line(stream, new) { state.isTruncated = true }
        if state.lines.hasCut { state.isTruncated = true }
        state.kept.append(new)
        state.bytes += new.count + 1
        while state.bytes > limit, state.first < state.kept.count {
            state.bytes -= state.kept[state.first].count + 1
            state.kept[state.first] = []
            state.first += 1
            state.isTruncated = true
        }
        if state.first > 4096 {
            state.kept.removeFirst(state.first)
            state.first = 0
        }
    }

    /// A list of lines, with the field `truncated`.
    var value: LuaValue {
        state.withLock { state in
            var table = LuaTable(list: state.kept[state.first...].map { .string($0) })
            table["truncated"] = .boolean(state.isTruncated)
            return .table(table)
        }
    }
}
