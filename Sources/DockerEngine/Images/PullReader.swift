import Lifecycle
import Model

/// Reads what the engine says while it pulls: a JSON object in each line.
///
/// The answer's status is 200 from its first layer on, whatever comes of the others: an `error` in it is how a pull
/// fails. Of how far the layers are, it says hundreds of lines a second: they are thinned out here, so that nobody who
/// watches has to keep up with them.
struct PullReader {
    private(set) var problem: Problem?
    private let progress: Engine.PullProgress
    private var line: [UInt8] = []
    private let now: @Sendable () -> ContinuousClock.Instant
    /// What was last told of each layer, and when.
    private var told: [String: (layer: LayerProgress, at: ContinuousClock.Instant)] = [:]

    /// Far more than any that was seen.
    private static let longestLine = 256 << 10
    /// An image has 127 layers at most.
    private static let mostLayers = 1024
    /// Between two reports of the same layer, unless it has come to its next state.
    static let pause: Duration = .milliseconds(250)

    init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, progress: @escaping Engine.PullProgress
    ) {
        self.now = now
        self.progress = progress
    }

    /// False when there is no use in going on.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while problem == nil, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            readLine()
        }
        line += rest
        if problem == nil, line.count > PullReader.longestLine {
            problem = Problem(.limit, "the engine: a line of more than \(ByteSize.text(PullReader.longestLine))")
        }
        return problem == nil
    }

    /// The engine has said all. Not every one says of each layer that it is done.
    mutating func finish() {
        if problem == nil { readLine() }
        guard problem == nil else { return }
        for (layer, _) in told.values.sorted(by: { $0.layer.layer < $1.layer.layer })
        where layer.state != .done && layer.state != .present {
            progress(LayerProgress(layer.layer, .done, done: layer.total, total: layer.total))
        }
    }

    private mutating func readLine() {
        defer { line = [] }
        guard line.contains(where: { $0 > 0x20 }) else { return }
        let message: JSON
        do throws(Problem) { message = try JSON(parsing: line) } catch {
            problem = Problem(.invalid, "the engine: its report of the pull cannot be read", cause: error)
            return
        }
        if let text = message["errorDetail"]?["message"]?.string ?? message["error"]?.string {
            problem = Problem(.failed, "the engine: \(text)")
            return
        }
        guard let layer = message["id"]?.string, let state = PullReader.state(message["status"]?.string ?? "") else {
            return
        }
        report(layer, state, message["progressDetail"] ?? .null)
    }

    /// Nil for what is said of the whole.
    private static func state(_ status: String) -> LayerProgress.State? {
        switch status {
        case "Pulling fs layer", "Waiting": .waiting
        case "Downloading": .downloading
        case "Verifying Checksum", "Download complete": .downloaded
        case "Extracting": .extracting
        case "Pull complete": .done
        case "Already exists": .present
        case _ where status.hasPrefix("Retrying in"): .waiting
        default: nil
        }
    }

    private mutating func report(_ id: String, _ state: LayerProgress.State, _ detail: JSON) {
        let before = told[id]
        guard before != nil || told.count < PullReader.mostLayers else { return }
        let known = max(0, detail["total"]?.integer ?? before?.layer.total ?? 0)
        // Newer engines count the seconds of an extraction.
        let current = detail["units"] == nil ? max(0, detail["current"]?.integer ?? 0) : 0
        let done: Int64 =
            switch state {
            case .waiting, .present: 0
            case .downloading, .extracting: known > 0 ? min(current, known) : current
            case .downloaded, .done: known
            }
        let layer = LayerProgress(id, state, done: done, total: known)
        let at = now()
        if let before, before.layer.state == state {
            guard layer != before.layer, at - before.at >= PullReader.pause else { return }
        }
        told[id] = (layer, at)
        progress(layer)
    }
}
