import Lifecycle
import Model
import Synchronization
import Testing

@testable import grapnel

/// What a person sees of a deploy while it runs, on a terminal and in a file.
struct LiveViewTests {
    private final class Emulated: Screen {
        private struct State {
            var terminal: EmulatedTerminal
            var written = ""
        }

        let isInteractive: Bool
        private let hasColour: Bool
        private let state: Mutex<State>

        init(columns: Int, height: Int = 24, isInteractive: Bool = true, hasColour: Bool = false) {
            self.isInteractive = isInteractive
            self.hasColour = hasColour
            state = Mutex(State(terminal: EmulatedTerminal(columns: columns, height: height)))
        }

        var size: LiveBlock.Size {
            state.withLock { LiveBlock.Size(columns: $0.terminal.columns, rows: $0.terminal.height) }
        }

        func paint(_ text: String, _ colour: Terminal.Colour) -> String {
            hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
        }

        func write(_ text: String) {
            state.withLock {
                $0.terminal.write(text)
                $0.written += text
            }
        }

        func resize(_ columns: Int) { state.withLock { $0.terminal.resize(columns) } }

        var lines: [String] { state.withLock { $0.terminal.lines } }
        var written: String { state.withLock { $0.written } }
    }

    private final class Watch: Sendable {
        private let moment = Mutex(ContinuousClock.now)
        func go(_ time: Duration) { moment.withLock { $0 = $0 + time } }
        var now: ContinuousClock.Instant { moment.withLock { $0 } }
    }

    private let watch = Watch()

    private func view(_ screen: Emulated) -> LiveView {
        LiveView(terminal: screen, allLines: false) { [watch] in watch.now }
    }

    private func layer(_ number: Int, _ state: LayerProgress.State, _ share: Int64 = 0) -> DeployProgress {
        .layer(LayerProgress("layer-\(number)", state, done: share * 1_000_000, total: 100_000_000))
    }

    /// Half-way through a pull of three layers.
    private func begin(_ view: LiveView) {
        view.show(.phaseEnded(.plan, result: "ok", took: .milliseconds(5)))
        view.show(.phase(.pull))
        for number in 0..<3 { view.show(layer(number, .waiting)) }
        for share: Int64 in [0, 10, 50] {
            watch.go(.milliseconds(100))
            for number in 0..<3 { view.show(layer(number, .downloading, share + Int64(number))) }
        }
    }

    private func end(_ view: LiveView) {
        for number in 0..<3 { view.show(layer(number, .done, 100)) }
        view.show(.phaseEnded(.pull, result: "ok", took: .seconds(12)))
        view.show(.phase(.verify))
        view.show(.phaseEnded(.verify, result: "ok", took: .milliseconds(1)))
        view.end()
    }

    private let whole = ["  plan ok 5ms", "  pull ok 12s 3 layers, 300.0 MB", "  verify ok 1ms"]

    @Test(arguments: [20, 33, 40, 80, 200]) func `bars come and go, and leave the phases`(columns: Int) {
        let screen = Emulated(columns: columns)
        let view = view(screen)
        begin(view)
        let middle = screen.lines
        #expect(middle.first == "  plan ok 5ms")
        #expect(middle.count == (columns > 32 ? 5 : 2))
        #expect(middle.last?.hasPrefix("  pull ") == true)
        end(view)
        #expect(screen.lines.joined() == whole.joined())
    }

    @Test(arguments: [(100, 60), (100, 34), (100, 33), (100, 20), (40, 120), (90, 20), (34, 12)])
    func `a terminal that is made narrower or wider in the middle is left as clean`(_ from: Int, _ to: Int) {
        let screen = Emulated(columns: from)
        let view = view(screen)
        begin(view)
        screen.resize(to)
        watch.go(.milliseconds(100))
        view.show(layer(1, .downloading, 60))
        let middle = screen.lines
        #expect(middle.filter { $0.contains("layer-1") }.count <= 1, "\(middle)")
        #expect(middle.filter { $0.contains("  pull ") }.count == 1, "\(middle)")
        end(view)
        #expect(screen.lines.joined() == whole.joined(), "\(screen.lines)")
    }

    @Test func `a low terminal is left as clean`() {
        let screen = Emulated(columns: 80, height: 3)
        let view = view(screen)
        begin(view)
        end(view)
        #expect(screen.lines == whole)
    }

    @Test func `pictures are drawn ten times a second at most`() {
        let screen = Emulated(columns: 80)
        let view = view(screen)
        view.show(.phase(.pull))
        for share: Int64 in 0..<100 {
            for number in 0..<3 { view.show(layer(number, .downloading, share)) }
            watch.go(.milliseconds(10))
        }
        #expect(screen.written.split(separator: "  pull ").count <= 14)
    }

    @Test func `elsewhere each layer that is here is a line, and how far it is every five seconds`() {
        let screen = Emulated(columns: 80, isInteractive: false)
        let view = view(screen)
        view.show(.phase(.pull))
        view.show(.layer(LayerProgress("old", .present)))
        for number in 0..<2 { view.show(layer(number, .waiting)) }
        for share: Int64 in 1..<100 {
            watch.go(.milliseconds(120))
            for number in 0..<2 { view.show(layer(number, .downloading, share)) }
        }
        for number in 0..<2 {
            view.show(layer(number, .extracting))
            view.show(layer(number, .done, 100))
        }
        view.show(.phaseEnded(.pull, result: "ok", took: .seconds(12)))
        view.end()
        #expect(
            screen.written == """
                  pull: 41 %, 83.0 MB of 200.0 MB, 1 of 3 layers
                  pull: 83 %, 167.0 MB of 200.0 MB, 1 of 3 layers
                  pull: layer layer-0 is here, 100.0 MB, 2 of 3
                  pull: layer layer-1 is here, 100.0 MB, 3 of 3
                  pull ok 12s 2 layers, 200.0 MB; 1 more was here

                """)
    }

    @Test func `without colour there are bars all the same, and with it the screen is no other`() {
        let plain = Emulated(columns: 80)
        let coloured = Emulated(columns: 80, hasColour: true)
        for screen in [plain, coloured] {
            let view = view(screen)
            begin(view)
            #expect(screen.lines.contains { $0.contains("[=") })
            end(view)
        }
        #expect(plain.lines == coloured.lines)
        #expect(!plain.written.contains("\u{1B}[2m"))
        #expect(coloured.written.contains("\u{1B}[2m3 layers"))
    }

    @Test func `wide letters of what a script prints are counted as wide`() {
        #expect(TextWidth.columns("部署 ok") == 7)
        #expect(TextWidth.columns("e\u{301}té") == 3)
        #expect(TextWidth.cut("部署 ok", to: 3) == "部")
        #expect(TextWidth.cut("部署 ok", to: 4) == "部署")
        #expect(TextWidth.cut("plain", to: 9) == "plain")
        var block = LiveBlock()
        let size = LiveBlock.Size(columns: 8, rows: 24)
        let shown = block.replaced(by: ["部署部署"], size)
        #expect(shown == "部署部")
        let erased = block.erased(LiveBlock.Size(columns: 3, rows: 24))
        #expect(erased == "\r\u{1B}[1A\u{1B}[J")
        #expect(block.isEmpty)
    }
}
