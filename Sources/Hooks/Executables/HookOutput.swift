import Model
import Processes
import Synchronization

/// Takes what an executable hook writes, as it comes: answers are kept, everything else goes to the deploy's log.
final class HookOutput: Sendable {
    private let state: Mutex<State>

    init(at point: HookPoint, log: HookLog) {
        state = Mutex(State(answers: AnswerLines(at: point), log: log))
    }

    func take(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
        state.withLock { $0.take(stream, bytes) }
    }

    /// Logs what was written without the end of a line.
    func finish() { state.withLock { $0.finish() } }

    /// What it answered, once it has ended.
    func answer(exitCode: Int32) throws(Problem) -> HookAnswer {
        let (answers, lastError) = state.withLock { ($0.answers, $0.lastError) }
        let error = lastError.withUnsafeBytes { OutputLine.text($0, limit: HookOutput.longestReason) }
        return try answers.answer(exitCode: exitCode, lastError: error.isEmpty ? nil : error)
    }

    private static let longestReason = 500

    private struct State {
        var answers: AnswerLines
        let log: HookLog
        var lastError: [UInt8] = []
        private var output = LineSplitter(limit: AnswerLines.mostBytes)
        private var errors = LineSplitter(limit: HookLog.longestLine)
        private var hasPlainOutput = false

        init(answers: AnswerLines, log: HookLog) {
            self.answers = answers
            self.log = log
        }

        mutating func take(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
            switch stream {
            case .output: split(\.output) { splitter, state in splitter.add(bytes) { state.takeOutput($0) } }
            case .errors: split(\.errors) { splitter, state in splitter.add(bytes) { state.takeErrors($0) } }
            }
        }

        mutating func finish() {
            split(\.output) { splitter, state in splitter.finish { state.takeOutput($0) } }
            split(\.errors) { splitter, state in splitter.finish { state.takeErrors($0) } }
        }

        /// The splitter hands its lines to the state that it is a part of.
        private mutating func split(
            _ path: WritableKeyPath<State, LineSplitter>, _ work: (inout LineSplitter, inout State) -> Void
        ) {
            var splitter = self[keyPath: path]
            self[keyPath: path] = LineSplitter(limit: 0)
            work(&splitter, &self)
            self[keyPath: path] = splitter
        }

        private mutating func takeOutput(_ line: UnsafeRawBufferPointer) {
            if answers.take(line) || OutputLine.isBlank(line) { return }
            log.add(line)
            if !hasPlainOutput { log.note("note: standard output that is not \"key=value\" is only logged") }
            hasPlainOutput = true
        }

        private mutating func takeErrors(_ line: UnsafeRawBufferPointer) {
            if OutputLine.isBlank(line) { return }
            lastError.removeAll(keepingCapacity: true)
            lastError.append(contentsOf: line)
            log.add(line)
        }
    }
}
