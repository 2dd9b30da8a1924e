import Model

/// How a script ended; the journal keeps it, so that it is never run again to find out.
enum ScriptEnd: Hashable, Sendable {
    case succeeded
    case failed(Problem)
    /// It did not come to run a single line.
    case notStarted(Problem)

    var problem: Problem? {
        switch self {
        case .succeeded: nil
        case .failed(let problem), .notStarted(let problem): problem
        }
    }

    var json: JSON {
        let (name, problem): (String, Problem?) =
            switch self {
            case .succeeded: ("succeeded", nil)
            case .failed(let problem): ("failed", problem)
            case .notStarted(let problem): ("not-started", problem)
            }
        return ["end": .string(name), "code": JSON(problem?.code.rawValue), "message": JSON(problem?.message)]
    }

    init?(json: JSON) {
        let problem = Problem(
            json["code"]?.string.flatMap(Problem.Code.init) ?? .failed, json["message"]?.string ?? "it failed")
        switch json["end"]?.string {
        case "succeeded": self = .succeeded
        case "failed": self = .failed(problem)
        case "not-started": self = .notStarted(problem)
        default: return nil
        }
    }
}
