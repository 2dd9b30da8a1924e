import Model
import Processes
import Synchronization

/// Takes what an executable hook writes, as it comes: answers are kept, everything else goes to the deploy's log.
final class HookOutput: Sendable {
    private struct State {
        var lines = LineSplitter(limit: AnswerLines.mostBytes)
        var answers: AnswerLines
        var hasPlainOutput = false
    }

    private let state: Mutex<State>
    private let errors: OutputLog
    private let log: HookLog

    init(at point: HookPoint, log: HookLog) {
        state = Mutex(State(answers: AnswerLines(at: point)))
        errors = OutputLog(limit: log.limit) { if !$0.isEmpty { log.note($0) } }
        self.log = log
    }

    func take(_ stream: OutputStream, _ bytes: ArraySlice<UInt8>) {
        switch stream {
        case .errors: errors.take(.errors, bytes)
        case .output: split { lines, each in lines.add(bytes, each: each) }
        }
    }

    /// Takes what was written without the end of a line.
    func end() {
        errors.end()
        split { lines, each in lines.finish(each: each) }
    }

    /// What it answered, once it has ended.
    func answer(_ ending: Ending) throws(Problem) -> HookAnswer {
        let answers = state.withLock { $0.answers }
        return try answers.answer(ending, lastError: errors.lastError)
    }

    private func split(_ work: (inout LineSplitter, (UnsafeRawBufferPointer) -> Void) -> Void) {
        state.withLock { state in
            var (answers, hasPlainOutput) = (state.answers, state.hasPlainOutput)
            work(&state.lines) { line in
                if answers.take(line) || line.allSatisfy(\.isBlank) { return }
                log.add(line)
                if !hasPlainOutput { log.note("note: standard output that is not \"key=value\" is only logged") }
                hasPlainOutput = true
            }
            (state.answers, state.hasPlainOutput) = (answers, hasPlainOutput)
        }
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
    }
}
