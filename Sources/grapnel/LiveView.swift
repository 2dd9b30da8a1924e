import Lifecycle
import Model
import Synchronization

/// Shows a deploy while it runs. On a terminal the current phase stays on the last lines, with a bar for each layer that
/// is pulled; elsewhere each phase that has ended is a line, and a pull says now and then how far it is.
final class LiveView: Sendable {
    private struct State {
        var phase: Phase?
        var block = LiveBlock()
        var waiting: String?
        var pull = PullPicture()
        /// When something was last shown of the pull.
        var shown: ContinuousClock.Instant?
    }

    /// Between two pictures of a pull on a terminal.
    private static let frame: Duration = .milliseconds(100)
    /// Between two lines that say how far it is, elsewhere.
    private static let report: Duration = .seconds(5)

    private let terminal: any Screen
    private let allLines: Bool
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(
        terminal: any Screen, allLines: Bool, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.terminal = terminal
        self.allLines = allLines
        self.now = now
    }

    func show(_ progress: DeployProgress) {
        state.withLock { state in
            switch progress {
            case .phase(let phase):
                state.phase = phase
                state.waiting = nil
                state.pull = PullPicture()
                state.shown = now()
                live(["  \(phase.rawValue) ..."], &state)
            case .phaseEnded(let phase, let result, let took):
                let mark = result == "ok" ? terminal.paint("ok", .green) : terminal.paint(result, .yellow)
                let summary = state.pull.isEmpty ? "" : " " + terminal.paint(state.pull.summary, .dim)
                line("  \(phase.rawValue) \(mark) \(terminal.paint(took.shortText, .dim))\(summary)", &state)
                state.pull = PullPicture()
            case .line(let text):
                if allLines {
                    line("  | \(Table.harmless(text))", &state)
                } else {
                    live(["  \(state.phase?.rawValue ?? "") ... \(Table.harmless(text))"], &state)
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
            case .layer(let layer): show(layer, &state)
            case .finished: break
            }
        }
    }

    private func show(_ layer: LayerProgress, _ state: inout State) {
        let isNew = state.pull.note(layer)
        let passed = state.shown.map { now() - $0 } ?? LiveView.report
        if terminal.isInteractive {
            guard passed >= LiveView.frame || state.block.isEmpty else { return }
            live(state.pull.lines(terminal.size), &state)
        } else {
            if isNew, let text = state.pull.ended(layer) { line("  pull: \(Table.harmless(text))", &state) }
            guard passed >= LiveView.report else { return }
            line("  pull: \(state.pull.whole)", &state)
        }
        state.shown = now()
    }

    func end() {
        state.withLock { terminal.write($0.block.erased(terminal.size)) }
    }

    private func line(_ text: String, _ state: inout State) {
        terminal.write(state.block.erased(terminal.size) + text + "\n")
    }

    /// The lines that the next ones replace.
    private func live(_ lines: [String], _ state: inout State) {
        guard terminal.isInteractive else { return }
        terminal.write(state.block.replaced(by: lines, terminal.size))
    }
}
