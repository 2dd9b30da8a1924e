import Model

/// Reads what the engine says while it pulls: a JSON object in each line.
///
/// The answer's status is 200 from its first layer on, whatever comes of the others: an `error` in it is how a pull
/// fails.
struct PullReader {
    private(set) var problem: Problem?
    private let progress: Engine.PullProgress
    private var line: [UInt8] = []
    private var totals: [String: Int64] = [:]

    /// Far more than any that was seen.
    private static let longestLine = 256 << 10
    /// An image has 127 layers at most.
    private static let mostParts = 1024

    init(progress: @escaping Engine.PullProgress) { self.progress = progress }

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

    mutating func finish() { if problem == nil { readLine() } }

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
        guard let part = message["id"]?.string else { return }
        report(part, message)
    }

    private mutating func report(_ part: String, _ message: JSON) {
        switch message["status"]?.string {
        case "Downloading":
            let detail = message["progressDetail"]
            guard let done = detail?["current"]?.integer, let total = detail?["total"]?.integer, total > 0,
                totals[part] != nil || totals.count < PullReader.mostParts
            else { return }
            totals[part] = total
            progress(part, min(done, total), total)
        case "Download complete":
            if let total = totals[part] { progress(part, total, total) }
        default: break
        }
    }
}
