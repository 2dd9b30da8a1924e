import Glibc
import Model

/// Standard output and error, written at once: nothing is lost in a buffer on a kill.
struct Terminal: Screen {
    /// Standard output is a terminal: a person reads along.
    let isInteractive: Bool
    let hasColour: Bool

    init(environment: [String: String]) {
        isInteractive = isatty(1) == 1 && environment["TERM"] != "dumb"
        hasColour = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
    }

    var size: LiveBlock.Size {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return LiveBlock.Size(columns: 80, rows: 24)
        }
        return LiveBlock.Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    func print(_ text: String, terminator: String = "\n") { Terminal.write(text + terminator, to: 1) }

    func write(_ text: String) { if !text.isEmpty { Terminal.write(text, to: 1) } }

    func printError(_ text: String) { Terminal.write(text + "\n", to: 2) }

    static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // The reader has gone; there is nobody left to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
