import Lifecycle
import Model
import Synchronization

/// Shows a deploy while it runs. On a terminal the current phase stays on the last line; elsewhere each
/// phase that has ended is a line.
final class LiveView: Sendable {
    private struct State {
        var phase: Phase?
        var hasLine = false
        var waiting: String?
    }

    private let terminal: Terminal
    private let allLines: Bool
    private let state = Mutex(State())

    init(terminal: Terminal, allLines: Bool) {
        self.terminal = terminal
        self.allLines = allLines
    }

    func show(_ progress: DeployProgress) {
        state.withLock { state in
            switch progress {
            case .phase(let phase):
                state.phase = phase
                state.waiting = nil
                live("  \(phase.rawValue) ...", &state)
            case .phaseEnded(let phase, let result, let took):
                let mark = result == "ok" ? terminal.paint("ok", .green) : terminal.paint(result, .yellow)
                line("  \(phase.rawValue) \(mark) \(terminal.paint(took.shortText, .dim))", &state)
            case .line(let text):
                if allLines {
                    line("  | \(Table.harmless(text))", &state)
                } else {
                    live("  \(state.phase?.rawValue ?? "") ... \(Table.harmless(text))", &state)
                }
            case .warning(let text):
                line("  \(terminal.paint("warning", .yellow)): \(Table.harmless(text))", &state)
            case .waiting(let reason):
                // Repeated at each try; said once.
                guard state.waiting != reason else { return }
                state.waiting = reason
                // What keeps it in the queue says so itself.
                let text = reason.hasPrefix("waits ") ? reason : "waiting: \(reason)"
                line("  \(terminal.paint(Table.harmless(text), .yellow))", &state)
            case .goesOn:
                guard state.waiting != nil else { return }
                state.waiting = nil
                line("  goes on", &state)
            case .transfer(let part, let done, let total):
                let share = total > 0 ? " \(done * 100 / total) %" : ""
                live("  \(state.phase?.rawValue ?? "") \(part)\(share)", &state)
            case .finished: break
            }
        }
    }

    func end() {
        state.withLock { clear(&$0) }
    }

    private func line(_ text: String, _ state: inout State) {
        clear(&state)
        terminal.print(text)
    }

    /// The line that the next one replaces.
    private func live(_ text: String, _ state: inout State) {
        guard terminal.isInteractive else { return }
        clear(&state)
        terminal.print(String(text.prefix(max(terminal.width - 1, 20))), terminator: "")
        state.hasLine = true
    }

    private func clear(_ state: inout State) {
        guard state.hasLine else { return }
        terminal.print("\r\u{1B}[K", terminator: "")
        state.hasLine = false
    }
}
