/// What the scripts and hooks of a world have noted.
struct Ledger: CustomStringConvertible {
    struct Line {
        /// begin, end or killed.
        let event: Substring
        let step: Substring
        let deploy: Substring
        let pid: Substring
    }

    let description: String
    let lines: [Line]

    init(_ text: String) {
        description = text
        lines = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 5 else { return nil }
            return Line(event: words[0], step: words[1], deploy: words[2], pid: words[4])
        }
    }

    /// Steps that began before another had ended.
    var overlaps: [String] {
        var open: [Substring: Substring] = [:]
        var found: [String] = []
        for line in lines {
            if line.event == "begin" {
                found += open.values.map { "\(line.step) began before \($0) had ended" }
                open[line.pid] = line.step
            } else {
                open[line.pid] = nil
            }
        }
        return found + open.values.map { "\($0) never ended" }
    }

    func count(of step: String, in deploy: String) -> Int {
        lines.count { $0.event == "begin" && $0.step == step && $0.deploy == deploy }
    }
}
