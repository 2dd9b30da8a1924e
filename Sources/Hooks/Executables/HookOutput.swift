import Model
import Processes
import Synchronization

/// Takes what an executable hook writes, as it comes: answers are kept, everything else goes to the deploy's log.
final class HookOutput: Sendable {
    private let state: Mutex<State>
    private let log: @Sendable (String) -> Void

    init(at point: HookPoint, limits: HookLimits, log: @escaping @Sendable (String) -> Void) {
        state = Mutex(State(answers: AnswerLines(at: point), room: limits.output))
        self.log = log
    }

    func take(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
        let lines = state.withLock { state in
            switch stream {
            case .output: state.takeOutput(state.output.add(bytes))
            case .errors: state.takeErrors(state.errors.add(bytes))
            }
        }
        lines.forEach(log)
    }

    /// Logs what was written without the end of a line.
    func finish() {
        let lines = state.withLock { state in
            state.takeOutput(state.output.finish()) + state.takeErrors(state.errors.finish())
        }
        lines.forEach(log)
    }

    /// What it answered, once it has ended.
    func answer(exitCode: Int32) throws(Problem) -> HookAnswer {
        let (answers, lastError) = state.withLock { ($0.answers, $0.lastError) }
        return try answers.answer(
            exitCode: exitCode, lastError: lastError?.text(limit: HookOutput.longestReason))
    }

    private static let longestLine = 4 << 10
    private static let longestReason = 500

    private struct State {
        // One byte more than all answers together may have, so that a line which was cut is one too many.
        var output = LineSplitter(limit: AnswerLines.mostBytes + 1)
        var errors = LineSplitter(limit: HookOutput.longestLine)
        var answers: AnswerLines
        var lastError: LineSplitter.Line?
        var hasPlainOutput = false
        /// How many bytes may still be logged.
        var room: Int

        mutating func takeOutput(_ lines: [LineSplitter.Line]) -> [String] {
            lines.flatMap { line in
                if answers.take(line.bytes) || line.isBlank { return [String]() }
                let note = hasPlainOutput ? [] : ["note: standard output that is not \"key=value\" is only logged"]
                hasPlainOutput = true
                return bounded(line) + note
            }
        }

        mutating func takeErrors(_ lines: [LineSplitter.Line]) -> [String] {
            lines.flatMap { line in
                if line.isBlank { return [String]() }
                lastError = line
                return bounded(line)
            }
        }

        private mutating func bounded(_ line: LineSplitter.Line) -> [String] {
            guard room > 0 else { return [] }
            let text = line.text(limit: HookOutput.longestLine)
            room -= text.utf8.count
            return room > 0 ? [text] : [text, "note: it wrote too much, the rest is not logged"]
        }
    }
}
